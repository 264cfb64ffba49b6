import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_TTA } from '../../common/ensemble.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { memberOf } from '../../main/engine/inference/member.ts';
import { startRuntime, withRuntimes, type Runtime } from '../../main/engine/inference/runtime.ts';
import { agreement, predict, validate, type Composed } from '../../main/engine/inference/checkpoints/validate.ts';
import { Confusion } from '../../main/engine/measures/confusion.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { COLORS } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { pointwiseModel, writePointwiseModel } from '../support/onnx.ts';

const worker = resolve(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');

let job: Job;
let dataset: Dataset;
beforeAll(async () => {
  job = await makeJob();
  dataset = await openDataset(job.folder);
});
afterAll(() => job?.remove());

async function composed(...files: string[]): Promise<Composed> {
  const members = (await describeModels(files)).map((info) => memberOf(info, undefined));
  return { members, tta: NO_TTA, merge: 'mean', window: null };
}

const inTwo = <T>(work: (runtimes: Runtime[]) => Promise<T>) => withRuntimes(worker, 2, undefined, work);

describe('validate', () => {
  it('measures what the masks say of a model that sees what is there', async () => {
    const model = await composed(join(job.models, 'fold0.onnx'));
    const expected = new Confusion(4);
    for (const [name, given] of job.shapes.given) expected.add(given, job.shapes.truth.get(name) ?? new Uint8Array());
    const found = await inTwo((runtimes) => validate(model, dataset, dataset.samples, { runtimes }));
    expect(found).toMatchObject({ samples: 8, findings: [] });
    expect(found.iou).toEqual(expected.iou());
    expect(found.miou).toBeLessThan(1);
  });

  it('brings pictures to a size that a U-Net takes, though its graph does not load for theirs', async () => {
    const odd = await makeJob({ width: 75, height: 51 });
    const pictures = await openDataset(odd.folder);
    const [plain, unet] = [{}, { skip: true }].map((part, i) =>
      writePointwiseModel(join(odd.place, `unet${i}.onnx`), { classes: COLORS, ...part }),
    );
    const pair = [await composed(await plain), await composed(await unet)] as const;
    await inTwo(async (runtimes) => {
      const { share } = await agreement(pair, pictures, pictures.samples, { runtimes });
      expect(share).toBeGreaterThan(0.9);
    });
    await odd.remove();
  });

  it('counts a picture that cannot be read as a finding', async () => {
    const model = await composed(join(job.models, 'fold0.onnx'));
    const broken = { ...dataset.samples[0], image: 'images/nothing.jpg' };
    const samples = [broken, ...dataset.samples.slice(1, 3)];
    const found = await inTwo((runtimes) => validate(model, dataset, samples, { runtimes }));
    expect(found.samples).toBe(2);
    expect(found.findings.map(({ file }) => file)).toEqual(['images/nothing.jpg']);
  });

  it('says so where the model cannot run', async () => {
    const narrow = await writePointwiseModel(join(job.place, 'narrow.onnx'), { classes: COLORS.slice(0, 3) });
    const model = await composed(narrow);
    await expect(inTwo((runtimes) => validate(model, dataset, dataset.samples, { runtimes }))).rejects.toMatchObject({
      name: 'InputError',
    });
  });
});

describe('agreement', () => {
  it('is whole with itself, and the share of pixels that differ with another', async () => {
    const sees = await composed(join(job.models, 'fold0.onnx'));
    const file = await writePointwiseModel(join(job.place, 'blind.onnx'), { classes: COLORS, bias: [999, 0, 0, 0] });
    const blind = await composed(file);
    const { samples } = dataset;
    await inTwo(async (runtimes) => {
      expect(await agreement([sees, sees], dataset, samples, { runtimes })).toMatchObject({ share: 1, samples: 12 });
      const { share } = await agreement([sees, blind], dataset, samples, { runtimes });
      const truth = [...job.shapes.truth.values()].flatMap((labels) => [...labels]);
      expect(share).toBeCloseTo(truth.filter((label) => label === 0).length / truth.length, 10);
    });
  });
});

describe('an inference process that is asked', () => {
  it('is ended by the signal in the middle of its work', async () => {
    const stop = new AbortController();
    const model = await composed(join(job.models, 'fold0.onnx'));
    const work = withRuntimes(worker, 1, stop.signal, (runtimes) =>
      predict([model], dataset, Array(500).fill(dataset.samples[0]), { runtimes, signal: stop.signal }, () =>
        stop.abort(),
      ),
    );
    await expect(work).rejects.toMatchObject({ name: 'Cancelled' });
  });

  it('reports a graph that does not load, and goes on', async () => {
    const runtime = startRuntime(worker);
    await expect(runtime.load(new Uint8Array([1, 2, 3]), 'cpu')).rejects.toThrow();
    const session = await runtime.load(pointwiseModel({ classes: COLORS }), 'cpu');
    const input = { type: 'float32', data: new Float32Array(12), dims: [1, 3, 2, 2] } as const;
    expect((await session.run({ input })).output.dims).toEqual([1, 4, 2, 2]);
    await runtime.close();
    await expect(session.run({ input })).rejects.toThrow(/ended/);
  });
});
