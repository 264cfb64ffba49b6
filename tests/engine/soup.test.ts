import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, SampleRow } from '../../common/dataset.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { inBatches, LONGEST, readBatch } from '../../main/engine/inference/checkpoints/batches.ts';
import { encodeMask } from '../../main/engine/images.ts';
import { averageCheckpoints, type SoupOptions } from '../../main/engine/inference/checkpoints/average.ts';
import type { Tensor as RunTensor } from '../../main/engine/inference/sessions.ts';
import { withStatistics, type BatchStatistics } from '../../main/engine/onnx/weights/batch-norm.ts';
import { compileStatistics, Statistic } from '../../main/engine/onnx/weights/batch-statistics.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { elementsOf, readFloats, withFloats } from '../../main/engine/onnx/weights/floats.ts';
import { addWhileBetter } from '../../main/engine/onnx/weights/greedy.ts';
import { ElementType, type Model } from '../../main/engine/onnx/model.ts';
import { decodeModel, encodeModel } from '../../main/engine/onnx/proto.ts';
import { quantisedPart, Soup } from '../../main/engine/onnx/weights/soup.ts';
import { changed, tensorsOf, withTensors } from '../../main/engine/onnx/weights/weights.ts';
import { COLORS, makeTemporary } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { pointwiseModel, writePointwiseModel } from '../support/onnx.ts';
import { load, runBare } from '../support/ort.ts';
import { noise } from '../support/random.ts';

const root = resolve(import.meta.dirname, '..', '..');
const workerFile = join(root, 'main', 'engine', 'inference', 'worker.ts');
/** See make.py there. */
const fixture = (file: string) => join(root, 'tests', 'fixtures', 'update-bn', file);
const checkpoints = [1, 2, 3].map((n) => decodeModel(readFileSync(fixture(`epoch${n}.onnx`))));
const truth = JSON.parse(readFileSync(fixture('truth.json'), 'utf8')) as {
  tensors: Record<string, number[]>;
  logits: number[];
};
const [WIDTH, HEIGHT] = [14, 10];
const BATCHES = [
  [0, 2, 4],
  [1, 3],
];

const soupOf = ([first, ...others]: Model[]) =>
  others.reduce((soup, model) => {
    expect(soup.refusal(model)).toBeNull();
    return soup.with(model);
  }, Soup.of(first));
const floats = (model: Model, name: string) => {
  const tensor = model.graph && tensorsOf(model.graph).get(name);
  if (!tensor) throw new Error(`Expected ${name}.`);
  return [...readFloats(tensor)];
};
const near = (found: readonly number[], expected: readonly number[], tolerance: number) => {
  expect(found).toHaveLength(expected.length);
  const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i]) / (1 + Math.abs(expected[i]))));
  expect(worst).toBeLessThan(tolerance);
};
const picture = (n: number): Uint8Array =>
  Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) =>
    Math.floor(((i * 37 + n * 101 + Math.floor((i * i) / 7)) % 256) / (n < 2 ? 3 : 1)),
  );

describe('the average of weights', () => {
  it("is torch's AveragedModel", () => {
    const { model } = soupOf(checkpoints);
    const names = Object.keys(truth.tensors).filter((name) => !name.includes('running'));
    expect(names).toHaveLength(11);
    for (const name of names) near(floats(model, name), truth.tensors[name], 1e-6);
  });

  it('of a model with itself is the model, to the byte', () => {
    const file = readFileSync(fixture('epoch1.onnx'));
    const { model } = soupOf([checkpoints[0], checkpoints[0], checkpoints[0]]);
    expect(Buffer.from(encodeModel(model)).equals(file)).toBe(true);
  });

  it('does not depend on the order', () => {
    const [there, back] = [soupOf(checkpoints), soupOf([...checkpoints].reverse())];
    for (const name of Object.keys(truth.tensors)) near(floats(there.model, name), floats(back.model, name), 1e-7);
  });

  it('averages float16, rounded once', () => {
    const half = (value: number) => {
      const model = decodeModel(pointwiseModel({ classes: COLORS }));
      const tensors = [...tensorsOf(model.graph ?? never())].map(([name, tensor]) => {
        const halved = changed(tensor, { dataType: ElementType.float16 });
        return [name, withFloats(halved, new Float32Array(elementsOf(tensor)).fill(value))] as const;
      });
      return withTensors(model, new Map(tensors));
    };
    const { model } = soupOf([half(1), half(1 + 2 ** -10), half(1 + 2 ** -9)]);
    const [name] = tensorsOf(model.graph ?? never()).keys();
    expect(new Set(floats(model, name))).toEqual(new Set([1 + 2 ** -10]));
  });
});

function never(): never {
  throw new Error('Expected a graph.');
}

describe('BatchNormalization re-estimated', () => {
  it("has the statistics of torch's update_bn, also behind a global pooling and in a layer used twice", async () => {
    const found = await reEstimated();
    for (const [name, expected] of Object.entries(truth.tensors)) near(floats(found, name), expected, 1e-5);
  });

  it('gives what the network gives in torch', async () => {
    const bytes = encodeModel(await reEstimated());
    const [mean, std] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const planes = Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
      const channel = Math.floor(i / (WIDTH * HEIGHT));
      return (picture(0)[(i % (WIDTH * HEIGHT)) * 3 + channel] / 255 - mean[channel]) / std[channel];
    });
    near([...((await runBare(bytes, planes, WIDTH, HEIGHT)).data as Float32Array)], truth.logits, 2e-5);
  });

  it('refuses a batch of a single value a channel', () => {
    const one = { mean: [0], variance: [0], count: 1 };
    expect(() => withStatistics(checkpoints[0], [[one, one, one, one]])).toThrow(/more than one value/);
  });

  async function reEstimated(): Promise<Model> {
    const { model } = soupOf(checkpoints);
    const [info] = await describeModels([fixture('epoch1.onnx')]);
    const batches: BatchStatistics[][] = [];
    for (const batch of BATCHES) {
      const session = await load(compileStatistics(model, info, { batch: batch.length, multiple: 1 }), 'cpu');
      const feeds = batch.map((n, i): [string, RunTensor] => [
        Statistic.picture(i),
        { type: 'uint8', data: picture(n), dims: [1, HEIGHT, WIDTH, 3] },
      ]);
      const made = await session.run(Object.fromEntries(feeds));
      await session.release();
      batches.push(
        [0, 1, 2, 3].map((norm) => {
          const [pictures, , places] = made[Statistic.extent(norm)].data;
          const [mean, variance] = [Statistic.mean(norm), Statistic.variance(norm)].map(
            (name) => made[name].data as Float32Array,
          );
          return { mean, variance, count: Number(pictures) * Number(places) };
        }),
      );
    }
    return withStatistics(model, batches);
  }
});

describe('batches', () => {
  const sample = (n: number, width: number, height: number): SampleRow => ({
    ...{ name: `${n}`, image: `${n}.png`, mask: null },
    ...{ width, height },
  });
  const numbers = (samples: readonly SampleRow[], most = Infinity) =>
    inBatches(samples, { most, longest: LONGEST }).map((batch) => batch.samples.map(({ name }) => Number(name)));

  it('are of one size, alike in number, and apart in name', () => {
    const samples = Array.from({ length: 9 }, (_, n) => sample(n, 64, 48));
    expect(numbers(samples)).toEqual([
      [0, 2, 4, 6, 8],
      [1, 3, 5, 7],
    ]);
    expect(numbers(samples, 1)).toEqual(samples.map((_, n) => [n]));
    expect(numbers([sample(0, 8, 8), sample(1, 9, 8), sample(2, 8, 8)])).toEqual([[0, 2], [1]]);
  });

  it('hold fewer pictures where they are large, and a part of those that are larger still', async () => {
    const large = Array.from({ length: 4 }, (_, n) => sample(n, 9000, 9000 + n));
    expect(numbers(large)).toEqual([
      [0, 2],
      [1, 3],
    ]);
    const { folder, remove } = await makeTemporary();
    const [width, height] = [LONGEST + 100, 3];
    const data = Uint8Array.from({ length: width * height }, (_, i) => (i % width) % 251);
    const grey = await encodeMask({ width, height, data, bits: 8, palette: null, alpha: null });
    for (const n of [0, 1]) await writeFile(join(folder, `${n}.png`), grey);
    const [batch] = inBatches([sample(0, width, height), sample(1, width, height)], { most: 8, longest: LONGEST });
    const findings: Finding[] = [];
    const parts = await readBatch(folder, batch, findings);
    expect(findings).toEqual([]);
    expect(parts.map(({ dims }) => dims)).toEqual([
      [1, 3, LONGEST, 3],
      [1, 3, LONGEST, 3],
    ]);
    const [left, right] = parts.map((part) => Number(part.data[0]));
    expect(left).not.toBe(right);
    for (const part of parts) {
      const row = LONGEST * 3;
      expect(part.data.slice(row, 2 * row)).toEqual(part.data.slice(0, row));
      expect(Number(part.data[3 * 5])).toBe((Number(part.data[0]) + 5) % 251);
    }
    await remove();
  });
});

describe('what is no average', () => {
  const random = noise(7);
  const scattered = (model: Model) =>
    withTensors(
      model,
      new Map(
        [...tensorsOf(model.graph ?? never())].map(([name, tensor]) => [
          name,
          tensor.dataType === 1
            ? withFloats(
                tensor,
                readFloats(tensor).map(() => random() - 0.5),
              )
            : tensor,
        ]),
      ),
    );

  it.each([
    ['weights of another run', () => scattered(checkpoints[0]), /no network/],
    ['another graph', () => decodeModel(pointwiseModel({ classes: COLORS })), /version 16, found 17/],
    ['other nodes', () => decodeModel(pointwiseModel({ classes: COLORS, opset: 16 })), /nodes, found/],
  ])('refuses %s', (_what, model, reason) => {
    expect(Soup.of(checkpoints[0]).refusal(model())).toMatch(reason);
  });

  it('refuses other shapes and attributes by name', () => {
    const soup = Soup.of(decodeModel(pointwiseModel({ classes: COLORS, stride: 2 })));
    const classes = decodeModel(pointwiseModel({ classes: COLORS.slice(1), stride: 2 }));
    expect(soup.refusal(classes)).toMatch(/float32 4×3×1×1 in \S+, found float32 3×3×1×1/);
    const stride = decodeModel(pointwiseModel({ classes: COLORS, stride: 4 }));
    expect(soup.refusal(stride)).toMatch(/AveragePool/);
  });

  it('knows quantised networks', () => {
    expect(quantisedPart(checkpoints[0])).toBeNull();
    const model = decodeModel(pointwiseModel({ classes: COLORS }));
    const [node] = model.graph?.node ?? never();
    node.opType = 'QLinearConv';
    expect(quantisedPart(model)).toMatch(/QLinearConv/);
  });
});

describe('the greedy soup', () => {
  it('keeps what raises the mIoU, best first, and never ends below the best', async () => {
    const rates: Record<string, number> = { b: 0.55, 'b,a': 0.7, 'b,a,c': 0.65, 'b,a,d': 0.71 };
    const tried: string[][] = [];
    const names = new Map<Soup, string[]>();
    const soup = (files: string[]): Soup => {
      const one = { with: (model: Model) => soup([...files, model as unknown as string]) } as unknown as Soup;
      names.set(one, files);
      return one;
    };
    const files = ['a', 'b', 'c', 'd'].map((file, i) => ({ file, miou: [0.5, 0.6, 0.4, 0.3][i] }));
    const best = await addWhileBetter(files, {
      start: (model) => soup([model as unknown as string]),
      read: (file) => Promise.resolve(file as unknown as Model),
      rate: (candidate) => {
        tried.push(names.get(candidate) ?? []);
        return Promise.resolve({ model: checkpoints[0], miou: rates[String(names.get(candidate))], estimatedFrom: 1 });
      },
    });
    expect(tried).toEqual([['b'], ['b', 'a'], ['b', 'a', 'c'], ['b', 'a', 'd']]);
    expect(best).toMatchObject({ files: ['b', 'a', 'd'], miou: 0.71 });
  });
});

describe('files averaged', () => {
  let job: Job;
  let base: Omit<SoupOptions, 'files' | 'out'>;
  beforeAll(async () => {
    job = await makeJob();
    const dataset = await openDataset(job.folder);
    base = { dataset, fold: null, folds: null, greedy: false, force: false, pictures: 64, workerFile };
  });
  afterAll(() => job?.remove());
  const at = (name: string) => join(job.place, name);
  const average = (files: string[], out: string, options: Partial<SoupOptions> = {}) =>
    averageCheckpoints({ ...base, files, out: at(out), ...options });
  const pointwise = (name: string, bias: number[], sharpness = 60) =>
    writePointwiseModel(at(name), { classes: COLORS, bias, sharpness });

  it('re-estimates and judges where there is a dataset, averages where there is none', async () => {
    const files = [1, 2, 3].map((n) => fixture(`epoch${n}.onnx`));
    const judged = await average(files, 'judged.onnx', { force: true });
    expect(judged).toMatchObject({ members: 3, batchNorm: 're-estimated', estimatedFrom: 8, findings: [] });
    expect(judged.validation).toMatchObject({ samples: 8, heldOut: false });
    const plain = await average(files, 'plain.onnx', { dataset: null });
    expect(plain).toMatchObject({ members: 3, batchNorm: 'averaged', estimatedFrom: 0, validation: null });
    const [a, b] = [at('judged.onnx'), at('plain.onnx')].map((file) => decodeModel(readFileSync(file)));
    expect(floats(a, 'a.weight')).toEqual(floats(b, 'a.weight'));
    expect(floats(a, 'na.running_mean')).not.toEqual(floats(b, 'na.running_mean'));
  });

  it('writes no average that is worse than its best checkpoint, unless told to', async () => {
    const files = [await pointwise('good.onnx', [0, 0, 0, 0]), await pointwise('bad.onnx', [999, 0, 0, 0])];
    await expect(average(files, 'worse.onnx')).rejects.toThrow(/nothing was written/);
    expect((await describeModels([at('worse.onnx')]))[0].problem).not.toBeNull();
    expect(await average(files, 'worse.onnx', { force: true })).toMatchObject({ members: 2, batchNorm: 'none' });
    const greedy = await average(files, 'greedy.onnx', { greedy: true });
    expect(greedy).toMatchObject({ members: 1, files: [files[0]], batchNorm: 'none' });
    expect((await readFile(at('greedy.onnx'))).equals(await readFile(files[0]))).toBe(true);
  });

  it('is described as its checkpoints are, and judged by pictures they have not seen', async () => {
    const files = [await pointwise('fold1-a.onnx', [0, 0, 0, 0]), await pointwise('fold1-b.onnx', [0, 0, 0, 1])];
    const sidecar = { mean: [0.5, 0.5, 0.5], std: [1, 1, 1], fold: 1 };
    for (const name of ['fold1-a', 'fold1-b']) await writeFile(at(`${name}.json`), JSON.stringify(sidecar));
    const { validation, findings } = await average(files, 'soup.onnx', { force: true });
    expect(validation).toMatchObject({ samples: 4, heldOut: true });
    expect(findings).toEqual([]);
    const [before, after] = await describeModels([files[0], at('soup.onnx')]);
    const { preprocessing, activation, fold } = before;
    expect(after).toMatchObject({ preprocessing, activation, fold, problem: null });
  });

  it.each([
    ['folds', ['fold0.onnx', 'fold1.onnx'], /folds 0, 1/],
    ['seeds', ['run_seed1.onnx', 'run_seed2.onnx'], /seeds 1, 2/],
    ['a single file', ['one.onnx'], /at least two/],
    ['itself', ['a.onnx', 'out.onnx'], /among the checkpoints/],
  ])('refuses %s, and writes nothing', async (_what, names, reason) => {
    const files = await Promise.all(names.map((name) => pointwise(name, [0, 0, 0, 0])));
    const before = await readFile(at('out.onnx')).catch(() => null);
    await expect(average(files, 'out.onnx')).rejects.toThrow(reason);
    expect(await readFile(at('out.onnx')).catch(() => null)).toEqual(before);
  });

  it('refuses checkpoints that are read in different ways, and names a file that is none', async () => {
    const files = [await pointwise('x.onnx', [0, 0, 0, 0]), await pointwise('y.onnx', [0, 0, 0, 0])];
    await writeFile(at('y.json'), JSON.stringify({ channels: 'bgr' }));
    await expect(average(files, 'xy.onnx')).rejects.toThrow(/prepared/);
    await writeFile(at('z.onnx'), 'nothing');
    await expect(average([files[0], at('z.onnx')], 'xz.onnx')).rejects.toThrow(/z\.onnx: Expected an ONNX/);
  });

  it('stops where it is told to', async () => {
    const files = [1, 2, 3].map((n) => fixture(`epoch${n}.onnx`));
    const stop = new AbortController();
    const work = average(files, 'stopped.onnx', { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(work).rejects.toMatchObject({ name: 'Cancelled' });
  });
});
