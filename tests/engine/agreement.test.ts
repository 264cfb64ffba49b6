import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { PLAIN } from '../../common/ensemble.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { agreementOf, unlikely } from '../../main/engine/inference/agreement.ts';
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

it('counts labelled pixels only', () => {
  const [proposed, given] = [Uint8Array.of(0, 1, 2, 3, 9), Uint8Array.of(0, 1, 1, IGNORE, IGNORE)];
  expect(agreementOf(proposed, given)).toEqual({ labelled: 3, same: 2 });
});

it('is nothing to speak of where most labels are confirmed, or there are none', () => {
  expect(unlikely({ labelled: 10, same: 5 })).toBeNull();
  expect(unlikely({ labelled: 0, same: 0 })).toBeNull();
  expect(unlikely({ labelled: 10, same: 4 })).toContain('found 40 % of the pixels');
});

it.each<[string, [number, number, number][], unknown]>([
  ['as they are', COLORS, null],
  ['in an order nobody declares', COLORS.toReversed(), expect.stringContaining('winnow describe MODEL')],
])('a scan with classes %s', async (_, classes, problem) => {
  const file = await writePointwiseModel(join(job.place, 'some.onnx'), { classes });
  const project = await projectOf(job.folder, join(job.place, String(problem)));
  await writeFile(join(job.place, 'none.json'), '{}');
  const settings = {
    ...PLAIN,
    models: [file],
    folds: join(job.place, 'none.json'),
    device: 'cpu',
    processes: 1,
  } as const;
  const options = { results: await openResults(project), workerFile };
  const found = await scanDataset(await openDataset(job.folder), project, { ...settings, models: [file] }, options);
  expect(found.findings).toEqual(problem ? [{ file: 'shapes', problem }] : []);
});
