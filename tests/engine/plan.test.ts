import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import type { ScanSettings } from '../../common/scan.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { openEnsemble } from '../../main/engine/inference/ensemble.ts';
import { planScan } from '../../main/engine/inference/plan.ts';
import { writeRecord } from '../../main/engine/inference/results/record.ts';
import { projectOf } from '../../main/engine/project.ts';
import { COLORS } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';

/** 8 labelled pictures in two folds, 4 unlabelled, two fold models. */
let job: Job;
let dataset: Dataset;
let settings: ScanSettings;

beforeAll(async () => {
  job = await makeJob();
  dataset = await openDataset(job.folder, {});
  settings = { ...PLAIN, models: [job.models], folds: null, device: 'cpu', processes: null };
});
afterAll(() => job.remove());

test('each labelled picture is scored by its held-out model, each unlabelled one by all', async () => {
  const plan = await planScan(dataset, settings);
  expect(plan).toMatchObject({ members: 2, heldOut: 8, heldOutMembers: [1, 1], notHeldOut: 0, unlabelled: 4 });
  expect(plan.folds).toBe(join(job.folder, 'folds.json'));
});

test('sureness is that of an earlier part of the same scan', async () => {
  const project = await projectOf(job.folder, join(job.place, 'measured'));
  const { record } = await openEnsemble(dataset, settings);
  expect((await planScan(dataset, settings, project)).sureness).toBeUndefined();
  await writeRecord(project, { ...record, sureness: 1.23 });
  expect((await planScan(dataset, settings, project)).sureness).toBe(1.23);
  expect((await planScan(dataset, { ...settings, merge: 'vote' }, project)).sureness).toBeUndefined();
});

test('a second look is part of what a scan is, where folds are known', async () => {
  const key = async (change: Partial<ScanSettings>) => (await planScan(dataset, { ...settings, ...change })).scan;
  expect(await planScan(dataset, settings)).toMatchObject({ inFold: 1 });
  expect(await planScan(dataset, { ...settings, inFold: 0 })).toMatchObject({ inFold: 0, heldOut: 8 });
  expect(await key({ inFold: 1 })).toBe(await key({}));
  expect(await key({ inFold: 0 })).not.toBe(await key({}));
  const folds = join(job.place, 'no-folds.json');
  await writeFile(folds, '{}');
  expect(await key({ folds, inFold: 1 })).toBe(await key({ folds, inFold: 0 }));
});

test('pictures whose fold no model was held out of are counted apart', async () => {
  const plan = await planScan(dataset, { ...settings, models: [join(job.models, 'fold0.onnx')] });
  expect(plan).toMatchObject({ members: 1, heldOut: 4, heldOutMembers: [1, 1], notHeldOut: 4 });
});

test('a file of folds may begin with a byte order mark', async () => {
  const folds = join(job.place, 'marked.json');
  await writeFile(folds, `\uFEFF${await readFile(join(job.folder, 'folds.json'), 'utf8')}`);
  expect(await planScan(dataset, { ...settings, folds })).toMatchObject({ heldOut: 8 });
});

test('without folds nothing is held out', async () => {
  const folds = join(job.place, 'none.json');
  await writeFile(folds, '{}');
  const plan = await planScan(dataset, { ...settings, folds });
  expect(plan).toMatchObject({ heldOut: 0, heldOutMembers: [0, 0], notHeldOut: 8, folds: null });
  await rm(folds);
});

test('a fold file that fits no picture is told before anything is scanned', async () => {
  const folds = join(job.place, 'other.csv');
  await writeFile(folds, 'name,fold\nz,0');
  const asked = await planScan(dataset, { ...settings, folds });
  expect(asked).toMatchObject({ scan: null, folds: null });
  expect(asked.foldsProblem).toMatch(
    /^Expected names of pictures with their fold in .*other\.csv, found z, no picture of the dataset among them\.$/,
  );
  expect((await planScan(dataset, settings)).foldsProblem).toBeNull();
});

test('classes go by the names a model declares, in whatever order', async () => {
  const file = await writePointwiseModel(join(job.place, 'named.onnx'), { classes: COLORS.toReversed() });
  await writeFile(
    join(job.place, 'named.json'),
    JSON.stringify({ classes: dataset.classMap.classes.map(({ name }) => name).toReversed() }),
  );
  const { members } = await openEnsemble(dataset, { ...settings, models: [file] });
  expect(members.map(({ classMap }) => classMap)).toEqual([[3, 2, 1, 0]]);
});

test('one file is as many members as it is set up for', async () => {
  const file = join(job.models, 'fold0.onnx');
  const twice = [0.5, 1].map((scale, i) => ({ file, weight: i + 1, sizes: [{ scale }] }));
  const { members } = await openEnsemble(dataset, { ...settings, models: [file], members: twice });
  expect(members.map(({ weight, sizes }) => [weight, sizes]).sort()).toEqual([
    [1, [{ scale: 0.5 }]],
    [2, [{ scale: 1 }]],
  ]);
});

test('a dataset without classes is told from models of other classes', async () => {
  const bare = { ...dataset, classMap: { classes: [], ignore: null } };
  await expect(openEnsemble(bare, settings)).rejects.toThrow('Expected classes in');
});

test('no usable model is a plan without members', async () => {
  const broken = join(job.place, 'broken.onnx');
  await writeFile(broken, 'not a network');
  for (const models of [[], [broken]]) {
    const plan = await planScan(dataset, { ...settings, models });
    expect(plan).toMatchObject({ scan: null, members: 0, heldOut: 0, notHeldOut: 8, unlabelled: 4 });
  }
});

test('the key tells settings apart that give other results, and only those', async () => {
  const key = async (change: Partial<ScanSettings>) => (await planScan(dataset, { ...settings, ...change })).scan;
  const usual = await key({});
  expect(usual).not.toBeNull();
  expect(await key({ processes: 3, device: 'auto' })).toBe(usual);
  expect(await key({ temperature: 1 })).toBe(usual);
  expect(await key({ temperature: 1.1 })).not.toBe(usual);
  expect(await key({ tta: NAMED_TTA.hflip })).not.toBe(usual);
  expect(await key({ models: [join(job.models, 'fold0.onnx')] })).not.toBe(usual);
});
