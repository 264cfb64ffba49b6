import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CLASSES, COLORS } from '../support/dataset.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';
import { built, winnow, winnowJson } from '../support/program.ts';

interface Row {
  file: string;
  problem: string | null;
  provider: string | null;
  check: { miou: number; samples: number } | null;
  best: { preprocessing: { channels: string } } | null;
  classMap: (number | null)[] | null;
  advice: string | null;
}

let job: Job;
beforeAll(async () => {
  await built();
  job = await makeJob();
}, 120_000);
afterAll(() => job?.remove());

// Each test starts whole programs.
vi.setConfig({ testTimeout: 120_000 });

const describeJson = (...args: string[]) => winnowJson<Row[]>('describe', ...args, '--device', 'cpu');

describe('describe', () => {
  it('says where a model runs, and what is in the way of one that does not', async () => {
    const text = join(job.place, 'text.onnx');
    await writeFile(text, 'no model');
    const [good, , bad] = await describeJson(job.models, text);
    expect(good).toMatchObject({ provider: 'cpu', check: null, best: null, classMap: null, problem: null });
    expect(bad).toMatchObject({ provider: null, check: null });
    expect(bad.problem).toMatch(/^Expected an ONNX model/);
  });

  it('checks models on a dataset and leaves it as it was', async () => {
    const before = await hashesOf(job.folder);
    const [fold0, fold1] = await describeJson(job.models, '--dataset', job.folder);
    expect(fold0).toMatchObject({ provider: 'cpu', classMap: [0, 1, 2, 3], advice: null });
    // Held out of its fold: four of the eight labelled pictures. In fold 0 all masks are right, in fold 1 no disc is.
    expect([fold0, fold1].map(({ check }) => check?.samples)).toEqual([4, 4]);
    expect(fold0.check?.miou).toBeGreaterThan(0.95);
    expect(fold1.classMap).toEqual([0, 2, 2, 3]);
    expect(await hashesOf(job.folder)).toEqual(before);
  });

  it('says what to do about wrong settings and other classes', async () => {
    const wrong = join(job.place, 'wrong.onnx');
    await writePointwiseModel(wrong, { classes: COLORS });
    await writeFile(join(job.place, 'wrong.json'), JSON.stringify({ channels: 'bgr', classes: CLASSES, fold: 0 }));
    const more = join(job.place, 'more.onnx');
    await writePointwiseModel(more, { classes: [...COLORS.slice(1), [255, 0, 255], COLORS[0]] });
    const [bgr, five] = await describeJson(wrong, more, '--dataset', job.folder);
    expect(bgr.best?.preprocessing.channels).toBe('rgb');
    expect(bgr.advice).toContain('pictures as rgb');
    expect(five.classMap).toEqual([1, 2, 3, null, 0]);
    const { stdout, code } = await winnow('describe', wrong, '--dataset', job.folder, '--device', 'cpu');
    expect(code).toBe(0);
    expect(stdout).toMatch(/check +mIoU 0\.\d+ on 4 labelled/);
    expect(stdout).toMatch(/advice +Found pictures as rgb/);
  });

  it('ends with 3 where no file can be used, and says of each why', async () => {
    const text = join(job.place, 'text.onnx');
    await writeFile(text, 'no model');
    const { code, stdout, stderr } = await winnow('describe', text, join(job.place, 'none.onnx'), '--json');
    expect(code).toBe(3);
    expect((JSON.parse(stdout) as Row[]).map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/^Expected an ONNX model/),
      expect.stringMatching(/^Expected an ONNX file/),
    ]);
    expect(stderr).toContain('Expected at least one usable model, found none.');
    const empty = await winnow('describe', job.folder);
    expect(empty).toMatchObject({ code: 3, stdout: '' });
    expect(empty.stderr).toContain('Expected ONNX files in');
  });

  it('refuses a dataset that is not there', async () => {
    const { code, stdout } = await winnow('describe', job.models, '--dataset', join(job.place, 'none'), '--json');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });
});
