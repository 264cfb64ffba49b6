import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLAIN } from '../../common/ensemble.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { expectNumbers } from '../../main/engine/inference/numbers.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { projectOf } from '../../main/engine/project.ts';
import { COLORS } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';

const workerFile = resolve(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');

let job: Job;
beforeAll(async () => (job = await makeJob()));
afterAll(() => job.remove());

const size = { width: 2, height: 2 };
const planes = (confidence: number[]) => Uint8Array.from([0, 0, 0, 0, ...confidence, 0, 0, 0, 0, 0, 0, 0, 0]);
const LOGITS = { name: 'a', activation: 'logits', classMap: null } as const;
const SOME = { ...LOGITS, classMap: [0, null, 1] };

it('takes a confidence of 0 for no number, unless it may mean none of the classes', () => {
  expect(() => expectNumbers(planes([1, 255, 9, 9]), size, [LOGITS])).not.toThrow();
  expect(() => expectNumbers(planes([0, 255, 9, 9]), size, [LOGITS])).toThrow('at 1 of 4 from a');
  expect(() => expectNumbers(planes([0, 255, 9, 9]), size, [LOGITS, SOME])).not.toThrow();
  expect(() => expectNumbers(planes([0, 0, 0, 0]), size, [SOME])).toThrow('at any');
});

it('names pictures that a network gives no numbers for, instead of proposing the first class everywhere', async () => {
  const models = join(job.place, 'broken');
  await writePointwiseModel(join(models, 'nan.onnx'), { classes: COLORS, bias: [NaN, 0, 0, 0] });
  const project = await projectOf(job.folder, join(job.place, 'project'));
  const results = await openResults(project);
  const settings = { ...PLAIN, models: [models], folds: null, device: 'cpu', processes: 1 } as const;
  const found = await scanDataset(
    await openDataset(job.folder),
    project,
    { ...settings, models: [models] },
    { results, workerFile },
  );
  expect(found).toMatchObject({ scanned: 0, failed: 12 });
  expect(found.findings[0].problem).toMatch(/no numbers \(NaN\) at any of them from nan/);
  await rm(models, { recursive: true });
});
