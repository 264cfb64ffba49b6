import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { labelsOf } from '../../bench/effect/labels.ts';
import { makeNoise } from '../../bench/effect/noise.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { encodeMask } from '../../main/engine/images.ts';
import { writeAtomic } from '../../main/engine/atomic.ts';
import { makeJob, type Job } from '../support/job.ts';

const SIZE = { width: 160, height: 120 };

let job: Job;
let truth: string;

beforeEach(async () => {
  job = await makeJob({ labelled: 6, unlabelled: 2, ...SIZE });
  truth = join(job.place, 'truth');
  await mkdir(join(truth, 'masks'), { recursive: true });
  for (const [name, data] of job.shapes.truth)
    await writeAtomic(
      join(truth, 'masks', `${name}.png`),
      await encodeMask({ ...SIZE, data, bits: 8, palette: null, alpha: null }),
    );
});
afterEach(() => job.remove());

const plant = (name: string, seed: number) =>
  makeNoise({ data: job.folder, truth, out: join(job.place, name), seed, what: { errors: 2 }, folds: 2 });
const bytes = (name: string) => readFile(join(job.place, name, 'masks', 's000.png'));

it('plants errors in every true mask, and knows nothing of the given ones', async () => {
  await plant('noise', 1);
  const dataset = await openDataset(join(job.place, 'noise'));
  expect(dataset.samples.filter(({ mask }) => mask)).toHaveLength(6);
  const labels = await labelsOf(dataset, join(truth, 'masks'), join(truth, 'masks'));
  expect(labels.wrongPictures).toHaveLength(6);
  expect(labels).toMatchObject({ after: 0, damaged: 0, fixed: labels.before, miou: 1 });
});

it('plants the same with the same seed', async () => {
  await plant('a', 1);
  await plant('b', 1);
  await plant('c', 2);
  expect(await bytes('b')).toEqual(await bytes('a'));
  expect(await bytes('c')).not.toEqual(await bytes('a'));
});
