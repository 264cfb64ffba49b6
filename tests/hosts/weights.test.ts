import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { COLORS } from '../support/dataset.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';
import { built, winnow, winnowJson } from '../support/program.ts';

const epochs = [1, 2, 3].map((n) => resolve(import.meta.dirname, '..', 'fixtures', 'update-bn', `epoch${n}.onnx`));
let job: Job;
let before: Record<string, string>;

beforeAll(async () => {
  await built();
  job = await makeJob();
  before = await hashesOf(job.folder);
}, 120_000);
afterAll(() => job?.remove());

vi.setConfig({ testTimeout: 120_000 });

describe('soup', () => {
  it('averages checkpoints and says what became of BatchNormalization', async () => {
    const out = join(job.place, 'soup.onnx');
    const plain = await winnowJson('soup', ...epochs, '--out', out);
    expect(plain).toMatchObject({ members: 3, batchNorm: 'averaged', out });
    const judged = await winnowJson('soup', ...epochs, '--out', out, '--dataset', job.folder, '--force');
    expect(judged).toMatchObject({ members: 3, batchNorm: 're-estimated', out });
    expect(judged).toHaveProperty('validation.checkpoints.2.file', epochs[2]);
    expect(await winnowJson('describe', out)).toMatchObject([{ file: out, problem: null, classes: 4 }]);
  });

  it('3 and one sentence for what does not average, and nothing is written', async () => {
    const out = join(job.place, 'none.onnx');
    const { code, stdout, stderr } = await winnow('soup', job.models, '--out', out);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^Expected checkpoints of one run, found folds 0, 1[^\n]*\.\n$/);
    await expect(stat(out)).rejects.toThrow();
  });
});

describe('half', () => {
  it('writes a file that labels alike', async () => {
    const model = await writePointwiseModel(join(job.place, 'whole.onnx'), { classes: COLORS });
    const out = join(job.place, 'half.onnx');
    const found = await winnowJson('half', model, '--out', out, '--dataset', job.folder);
    expect(found).toMatchObject({ out, clamped: 0, agreement: { samples: 12 } });
    expect(await winnowJson('describe', out)).toMatchObject([{ file: out, problem: null, classes: 4 }]);
  });

  it('3 for a file that is float16 already', async () => {
    const half = join(job.place, 'half.onnx');
    const { code, stderr } = await winnow('half', half, '--out', join(job.place, 'quarter.onnx'));
    expect(code).toBe(3);
    expect(stderr).toMatch(/^[^\n]*Expected weights of float32, found none[^\n]*\.\n$/);
  });
});

it('leaves the dataset as it was', async () => {
  expect(await hashesOf(job.folder)).toEqual(before);
});
