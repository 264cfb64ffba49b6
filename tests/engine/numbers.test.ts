import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLAIN } from '../../common/ensemble.ts';
import { inFoldOf } from '../../common/features.ts';
import type { ScanSettings } from '../../common/scan.ts';
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

/** A scan by two fold models, of which those of `broken` give no numbers. */
async function scanWith(broken: number[]) {
  const models = join(job.place, `broken${broken.join('')}`);
  for (const fold of [0, 1])
    await writePointwiseModel(join(models, `fold${fold}.onnx`), {
      classes: COLORS,
      bias: [broken.includes(fold) ? NaN : 0, 0, 0, 0],
    });
  const project = await projectOf(job.folder, join(models, 'project'));
  const results = await openResults(project);
  const settings: ScanSettings = { ...PLAIN, models: [models], folds: null, device: 'cpu', processes: 1 };
  const found = await scanDataset(await openDataset(job.folder), project, settings, { results, workerFile });
  return { found, rows: [...results.all()] };
}

it('names pictures that a network gives no numbers for, instead of proposing the first class everywhere', async () => {
  const { found } = await scanWith([0, 1]);
  expect(found).toMatchObject({ scanned: 0, failed: 12 });
  expect(found.findings[0].problem).toMatch(/no numbers \(NaN\) at any of them from fold/);
});

it('looks once at the cases of pictures that the second look gives no numbers for, and says so', async () => {
  const { found, rows } = await scanWith([1]);
  // The unlabelled pictures are run by both, and those of fold 1 by the broken one alone.
  expect(found).toMatchObject({ scanned: 4, failed: 8 });
  const again = found.findings.filter(({ problem }) => problem.includes('second look'));
  expect(again.map(({ file }) => file).sort()).toEqual(rows.map(({ sample }) => `images/${sample}.jpg`).sort());
  expect(again[0].problem).toMatch(/no numbers \(NaN\) at any of them from fold1.* There was no second look/);
  expect(rows).toHaveLength(4);
  for (const { cases } of rows) for (const { features } of cases) expect(inFoldOf(features)).toBeNull();
});
