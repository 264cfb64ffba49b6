import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, SampleRow } from '../../common/dataset.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { inBatches, LONGEST, readBatch } from '../../main/engine/inference/checkpoints/batches.ts';
import { encodeMask } from '../../main/engine/images.ts';
import { averageCheckpoints, type SoupOptions } from '../../main/engine/inference/checkpoints/average.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { readFloats } from '../../main/engine/onnx/weights/floats.ts';
import type { Model } from '../../main/engine/onnx/model.ts';
import { decodeModel } from '../../main/engine/onnx/proto.ts';
import { tensorsOf } from '../../main/engine/onnx/weights/weights.ts';
import { COLORS, makeTemporary } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';

const root = resolve(import.meta.dirname, '..', '..');
/** See make.py there. */
const fixture = (file: string) => join(root, 'tests', 'fixtures', 'update-bn', file);
const workerFile = join(root, 'main', 'engine', 'inference', 'worker.ts');

const floats = (model: Model, name: string) => {
  const tensor = model.graph && tensorsOf(model.graph).get(name);
  if (!tensor) throw new Error(`Expected ${name}.`);
  return [...readFloats(tensor)];
};

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
