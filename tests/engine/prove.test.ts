import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviceOf } from '../../common/advice.ts';
import { PLAIN, type Preprocessing } from '../../common/ensemble.ts';
import type { Proof } from '../../common/trial.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { Cancelled, InputError } from '../../main/engine/errors.ts';
import { memberOf } from '../../main/engine/inference/member.ts';
import { choosePictures } from '../../main/engine/inference/proof/pictures.ts';
import { proveModel, type ProofOptions } from '../../main/engine/inference/proof/prove.ts';
import { isSamePreparation, plausibleReadings, prepared } from '../../main/engine/inference/proof/readings.ts';
import { withRuntimes } from '../../main/engine/inference/runtime.ts';
import { validate } from '../../main/engine/inference/checkpoints/validate.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { CLASSES, COLORS, makeShapes, makeTemporary } from '../support/dataset.ts';
import { fedAs, withEdges, type Edges } from '../support/fed.ts';
import { pointwiseModel, type PointwiseModel } from '../support/onnx.ts';

const worker = join(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');
const IMAGENET: Preprocessing = {
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

let place: string;
let remove: () => Promise<void>;
let dataset: Dataset;

beforeAll(async () => {
  ({ folder: place, remove } = await makeTemporary());
  const folder = join(place, 'shapes');
  await makeShapes(folder, { labelled: 20, unlabelled: 1 });
  dataset = await openDataset(folder, {});
});
afterAll(() => remove());

interface Made extends Partial<PointwiseModel> {
  truth?: Preprocessing;
  edges?: Edges;
  sidecar?: object;
}

/** A colour as a network that learnt from pictures prepared like `truth` sees it when they are prepared otherwise. */
function seen(colour: number[], reading: Preprocessing, truth: Preprocessing): number[] {
  const inOrder = (values: number[], { channels }: Preprocessing) =>
    channels === 'rgb' ? values : values.toReversed();
  const fed = inOrder(colour, reading).map((byte, channel) => prepared(reading, channel, byte));
  return inOrder(
    fed.map((value, channel) => (value * truth.std[channel] + truth.mean[channel]) / truth.scale),
    truth,
  );
}

/** Colours that are not the shapes' own, but what they look like when prepared otherwise: no class for anything there. */
function decoys(truth: Preprocessing): number[][] {
  const others = plausibleReadings(truth, false).slice(1);
  const colours = others.flatMap((reading) => COLORS.map((colour) => seen(colour, reading, truth)));
  return colours.filter((one) => COLORS.every((colour) => Math.hypot(...colour.map((v, i) => v - one[i])) > 40));
}

let count = 0;
async function makeModel({ truth = IMAGENET, edges = {}, sidecar, ...model }: Made = {}): Promise<string> {
  const file = join(place, `model${count++}.onnx`);
  await writeFile(file, withEdges(fedAs(pointwiseModel({ classes: COLORS, ...model }), truth), edges));
  if (sidecar) await writeFile(file.replace('.onnx', '.json'), JSON.stringify(sidecar));
  return file;
}

const prove = (file: string, options: Partial<ProofOptions> = {}): Promise<Proof> =>
  proveModel(dataset, file, { workerFile: worker, device: 'cpu', ...options });

describe('proving a model', () => {
  it('confirms what is declared', async () => {
    const proof = await prove(await makeModel());
    expect(proof).toMatchObject({ samples: 16, problem: null, provider: 'cpu', classMap: [0, 1, 2, 3] });
    expect(proof.readings[0]).toBe(proof.declared);
    // Every second picture has its disc labelled as a box, which no model can know.
    expect(proof.declared.miou).toBeGreaterThan(0.6);
    expect(proof.seconds).toBeGreaterThan(0);
    expect(adviceOf(proof)).toBeNull();
  });

  it.each(plausibleReadings(IMAGENET, false).slice(1))(
    'finds $channels, scale $scale, mean $mean, std $std where something else is declared',
    async (truth) => {
      const classes = [...COLORS, ...decoys(truth)];
      const names = classes.map((_, i) => CLASSES[i] ?? 'void');
      const proof = await prove(await makeModel({ truth, classes, sidecar: { classes: names } }));
      const [best] = proof.readings;
      expect(isSamePreparation(best.preprocessing, truth)).toBe(true);
      expect(best.miou).toBeGreaterThan(proof.declared.miou + 0.01);
      expect(best.samples).toBe(16);
      expect(proof.declared).toMatchObject({ preprocessing: IMAGENET, samples: 16 });
      expect(adviceOf(proof)).toContain(`pictures as ${truth.channels}`);
    },
  );

  it('finds what a sidecar says wrong, and tries what only the sidecar says', async () => {
    const odd: Preprocessing = { channels: 'bgr', scale: 1 / 127, mean: [0.7, 0.9, 1.1], std: [0.4, 0.5, 0.6] };
    const right = await prove(await makeModel({ truth: odd, sidecar: { ...odd, classes: CLASSES } }));
    expect(right.readings[0]).toBe(right.declared);
    expect(right.readings).toHaveLength(11);
    const wrong = await prove(await makeModel({ sidecar: { ...odd, classes: CLASSES } }));
    expect(wrong.readings[0].preprocessing).toEqual(IMAGENET);
  });

  it.each([{}, { stride: 2 }, { stride: 2, resize: true }, { fixed: { width: 64, height: 64 } }])(
    'measures what a scan gives: %j',
    async (model) => {
      const file = await makeModel({ ...model, sidecar: { classes: CLASSES } });
      const { declared, samples } = await prove(file);
      const [info] = await describeModels([file]);
      const composed = { ...PLAIN, members: [memberOf(info, undefined)] };
      const pictures = choosePictures(dataset, null, new Map(), samples);
      const { miou } = await withRuntimes(worker, 1, undefined, (runtimes) =>
        validate(composed, dataset, pictures, { runtimes }),
      );
      expect(declared.miou).toBeCloseTo(miou ?? NaN, 9);
    },
  );

  it('tells after every run how far it is, and foretells how many there will be', async () => {
    const told: { done: number; total: number }[] = [];
    await prove(await makeModel(), { onProgress: (runs) => told.push(runs) });
    expect(told.map(({ done }) => done)).toEqual(told.map((_, n) => n + 1));
    expect(told.at(-1)).toEqual({ done: told.length, total: told.length });
  });

  it('drops ways that do badly, and says on how many pictures each was tried', async () => {
    const { readings } = await prove(await makeModel());
    expect(new Set(readings.map(({ samples }) => samples))).toEqual(new Set([4, 8, 16]));
    expect(readings.map(({ samples }) => samples)).toEqual(
      readings.map(({ samples }) => samples).sort((a, b) => b - a),
    );
  });

  it('finds classes in another order, more of them, and those that share one', async () => {
    const permuted = await prove(await makeModel({ classes: [2, 0, 3, 1].map((i) => COLORS[i]) }));
    expect(permuted.classMap).toEqual([2, 0, 3, 1]);
    expect(permuted.readings[0]).toBe(permuted.declared);
    const never = [255, 0, 255];
    const more = await prove(await makeModel({ classes: [never, COLORS[0], ...COLORS.slice(1)] }));
    expect(more.classMap).toEqual([null, 0, 1, 2, 3]);
    expect(more.mapped).toEqual(['none', 'overlap', 'overlap', 'overlap', 'overlap']);
    const darker = COLORS[0].map((value) => value - 3);
    const shared = await prove(await makeModel({ classes: [...COLORS, darker] }));
    expect(shared.classMap).toEqual([0, 1, 2, 3, 0]);
    expect(adviceOf(shared)).toContain('5 of 5 found among 4');
  });

  it('goes by the names a model declares', async () => {
    const classes = ['Bars', 'void', 'box', 'DISC', 'ground'];
    const colours = [3, 0, 2, 1, 0].map((i) => COLORS[i]);
    const proof = await prove(await makeModel({ classes: colours, bias: [0, -99, 0, 0, 0], sidecar: { classes } }));
    expect(proof).toMatchObject({ classMap: [3, null, 2, 1, 0], classNames: classes });
    expect(proof.mapped).toEqual(['name', 'none', 'name', 'name', 'name']);
  });

  it('counts which of its classes lies on which of the dataset', async () => {
    const { overlap } = await prove(await makeModel());
    const labelled = 16 * dataset.samples[0].width * dataset.samples[0].height;
    expect(overlap.flat().reduce((a, b) => a + b, 0)).toBe(labelled);
    expect(overlap.map((row) => row.indexOf(Math.max(...row)))[0]).toBe(0);
  });

  it('tells probabilities from logits by their values', async () => {
    const sidecar = { activation: 'logits', classes: CLASSES };
    const proof = await prove(await makeModel({ activation: 'probabilities', sharpness: 5, sidecar }));
    expect(proof.readings[0]).toMatchObject({ activation: 'probabilities', preprocessing: IMAGENET });
    expect(proof.declared).toMatchObject({ activation: 'logits', miou: proof.readings[0].miou });
    expect(proof.readings).toContain(proof.declared);
    expect(adviceOf(proof)).toBe('Found an output of probabilities instead of logits.');
  });

  it('runs networks of coarse output, of one size, and of multiples', async () => {
    const plain = await prove(await makeModel());
    for (const model of [
      { stride: 2 },
      { stride: 2, resize: true },
      { fixed: { width: 96, height: 64 } },
      { block: 32 },
    ]) {
      const { problem, declared } = await prove(await makeModel(model));
      expect({ model, problem }).toEqual({ model, problem: null });
      expect(declared.miou).toBeGreaterThan(plain.declared.miou - 0.2);
    }
  });

  it.each([
    ['channels last', { layout: 'nhwc' }, 'logits'],
    ['half precision', { type: 'float16' }, 'logits'],
    ['half precision and channels last', { type: 'float16', layout: 'nhwc' }, 'logits'],
    ['ids', { ending: 'ids' }, 'ids'],
    ['likelihoods of each class on its own', { ending: 'sigmoid' }, 'sigmoid'],
  ] as const)('runs networks of %s as any other', async (_what, edges, activation) => {
    const [plain, proof] = [await prove(await makeModel()), await prove(await makeModel({ edges, sharpness: 4 }))];
    expect(proof.problem).toBeNull();
    expect(proof.declared).toMatchObject({ activation, preprocessing: IMAGENET });
    expect(proof.declared.miou).toBeCloseTo(plain.declared.miou, 2);
    expect(proof.classMap).toEqual([0, 1, 2, 3]);
  });

  it('tries the order of channels only, where a network takes bytes', async () => {
    const bytes: Preprocessing = { channels: 'bgr', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
    const sidecar = { classes: CLASSES };
    const proof = await prove(await makeModel({ truth: bytes, edges: { type: 'uint8', layout: 'nhwc' }, sidecar }));
    expect(proof.readings.map(({ preprocessing }) => preprocessing.channels)).toEqual(['bgr', 'rgb']);
  });

  it('takes one channel as the second of two classes', async () => {
    const ground = [COLORS[0], [143, 137, 117]];
    const proof = await prove(await makeModel({ classes: ground, edges: { ending: 'binary' } }));
    expect(proof).toMatchObject({ problem: null, classMap: [0, 2] });
    expect(proof.overlap).toHaveLength(2);
  });

  it('says in a sentence why nothing could be tried', async () => {
    const text = join(place, 'text.onnx');
    await writeFile(text, 'no model');
    expect((await prove(text)).problem).toMatch(/^Expected an ONNX model, found .*\.$/);
    const channels = await prove(await makeModel(), { device: 'dml' });
    expect(channels).toMatchObject({ samples: 0, readings: [channels.declared] });
    expect(channels.problem).toMatch(/^Expected a device that runs model\d+, found none\. dml: /);
    const blocks = await prove(await makeModel({ block: 7 }));
    expect(blocks.problem).toMatch(/^Expected a network that runs on pictures of shapes, found [^\n]*\.$/);
    const unlabelled = { ...dataset, samples: dataset.samples.filter(({ mask }) => mask === null) };
    const none = await proveModel(unlabelled, await makeModel(), { workerFile: worker, device: 'cpu' });
    expect(none.problem).toBe('Expected labelled pictures to try it on, found none in shapes.');
    await expect(prove(join(place, 'shapes'))).rejects.toThrow(InputError);
  });

  it('leaves out pictures that cannot be read', async () => {
    const [first, ...others] = dataset.samples;
    const broken = { ...dataset, samples: [{ ...first, image: 'images/gone.jpg' }, ...others] };
    const proof = await proveModel(broken, await makeModel(), { workerFile: worker, device: 'cpu', samples: 99 });
    expect(proof).toMatchObject({ samples: 19, problem: null });
  });

  it('ends its process when cancelled', async () => {
    const pid = join(place, 'pid');
    const slow = join(place, 'worker.mjs');
    await writeFile(
      slow,
      // Renamed when whole: killed between creating the file and filling it, the process would leave an empty one.
      `import { renameSync, writeFileSync } from 'node:fs';
       import ${JSON.stringify(pathToFileURL(worker).href)};
       writeFileSync(${JSON.stringify(`${pid}.part`)}, String(process.pid));
       renameSync(${JSON.stringify(`${pid}.part`)}, ${JSON.stringify(pid)});`,
    );
    const stop = new AbortController();
    const proof = prove(await makeModel(), { workerFile: slow, signal: stop.signal });
    proof.catch(() => undefined);
    while (!existsSync(pid)) await new Promise((done) => setTimeout(done, 2));
    stop.abort();
    await expect(proof).rejects.toThrow(Cancelled);
    const id = Number(await readFile(pid, 'utf8'));
    expect(id).toBeGreaterThan(0);
    expect(() => process.kill(id, 0)).toThrow('ESRCH');
  });
});
