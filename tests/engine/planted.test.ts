import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CASE_KINDS } from '../../common/case.ts';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import { OBJECT_SIZES } from '../../common/insights.ts';
import type { Found, PlantedReport } from '../../common/planted.ts';
import type { ScanSettings } from '../../common/scan.ts';
import { readGiven } from '../../main/engine/dataset/labels.ts';
import { Cancelled, InputError } from '../../main/engine/errors.ts';
import { readMask } from '../../main/engine/images.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { plantCopies } from '../../main/engine/planted/copies.ts';
import { recallReport } from '../../main/engine/planted/kept.ts';
import { plantErrors } from '../../main/engine/planted/planted.ts';
import { plantedFolder } from '../../main/engine/planted/workplace.ts';
import { closeWorkspace, openWorkspace, type Workspace } from '../../main/engine/workspace.ts';
import { COLORS, type ShapesOptions } from '../support/dataset.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';

const workerFile = join(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');
const SETTINGS = { seed: 3, errors: 12 };

let job: Job;
let workspace: Workspace;

async function begin(options: ShapesOptions = {}): Promise<void> {
  job = await makeJob({ labelled: 12, unlabelled: 2, width: 160, height: 120, ...options });
  workspace = await openWorkspace(job.folder);
}

beforeEach(() => begin());
afterEach(async () => {
  await closeWorkspace(workspace);
  await job.remove();
});

async function scan(change: Partial<ScanSettings> = {}): Promise<void> {
  const settings = { ...PLAIN, models: [job.models], folds: null, tta: NAMED_TTA.hflip, device: 'cpu' as const };
  const { dataset, project, results } = workspace;
  await scanDataset(dataset, project, { ...settings, processes: 1, ...change }, { results, workerFile });
}

const copiesOf = (seed: number, errors: number, name: string) =>
  plantCopies(workspace, workspace.results.scan ?? '', { seed, errors }, join(job.place, name), {});
const left = () => readdir(plantedFolder(workspace.project)).catch(() => []);
const sha = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

describe('copies', () => {
  it('differ from the dataset in exactly the planted pixels, each of which is wrong now', async () => {
    await scan();
    const before = await hashesOf(job.folder);
    const copies = await copiesOf(1, 20, 'masks');
    for (const { sample, errors } of copies) {
      const original = workspace.dataset.byName.get(sample.name);
      if (!original) throw new Error(`Expected a picture ${sample.name}.`);
      expect(sample.image).toBe(original.image);
      const [was, is] = [await readGiven(workspace.dataset, original), await readGiven(workspace.dataset, sample)];
      const planted = new Set(errors.flatMap(({ pixels }) => [...pixels]));
      is.given.forEach((label, i) => {
        if ((label !== was.given[i]) !== planted.has(i)) throw new Error(`Pixel ${i} of ${sample.name}.`);
      });
      expect({ ...is.mask, data: null }).toEqual({ ...was.mask, data: null });
    }
    expect(copies.flatMap(({ errors }) => errors).length).toBeGreaterThanOrEqual(12);
    expect(await hashesOf(job.folder)).toEqual(before);
  });

  it('are also of pictures that were touched since the scan, as long as their bytes are the same', async () => {
    await scan();
    const scanned = await copiesOf(1, 20, 'before');
    for (const { image } of workspace.dataset.samples) await utimes(join(job.folder, image), 1e9, 1e9);
    expect((await copiesOf(1, 20, 'touched')).map(({ errors }) => errors)).toEqual(scanned.map(({ errors }) => errors));
    const [{ sample }] = scanned;
    await appendFile(join(job.folder, sample.image), ' ');
    expect((await copiesOf(1, 20, 'changed')).map((copy) => copy.sample.name)).not.toContain(sample.name);
  });

  it('are the same for the same seed, and others for another', async () => {
    await scan();
    const contents = async (seed: number, name: string) => {
      const copies = await copiesOf(seed, 10, name);
      return Promise.all(
        copies.map(async ({ sample, errors }) => {
          const file = join(workspace.dataset.folder, sample.mask ?? '');
          return { name: sample.name, sha: await sha(file), kinds: errors.map(({ kind }) => kind) };
        }),
      );
    };
    const first = await contents(1, 'a');
    expect(await contents(1, 'b')).toEqual(first);
    expect(await contents(2, 'c')).not.toEqual(first);
  });

  it('take one error each while there are pictures enough, all kinds, and no picture the models were trained on', async () => {
    await rm(join(job.folder, 'folds.json'));
    await writeFile(join(job.folder, 'folds.json'), JSON.stringify({ s000: 0, s002: 1, s004: 0, s006: 1, s008: 0 }));
    await scan();
    const names = (copies: Awaited<ReturnType<typeof copiesOf>>) => copies.map(({ sample }) => sample.name).sort();
    const few = await copiesOf(1, 4, 'few');
    expect(few.map(({ errors }) => errors.length)).toEqual([1, 1, 1, 1]);
    expect(new Set(few.map(({ errors }) => errors[0].kind))).toEqual(new Set(CASE_KINDS));
    expect(['s000', 's002', 's004', 's006', 's008']).toEqual(expect.arrayContaining(names(few)));
    const many = await copiesOf(1, 30, 'many');
    expect(many.length).toBeLessThanOrEqual(5);
    expect(Math.max(...many.map(({ errors }) => errors.length))).toBeGreaterThan(1);
  });

  it('pass over a picture whose files changed or broke since the scan, and labels that are doubtful already', async () => {
    await scan();
    await truncate(join(job.folder, 'masks', 's000.png'), 60);
    const [, wrong] = ['s000', 's001'];
    const copies = await copiesOf(1, 60, 'masks');
    expect(copies.map(({ sample }) => sample.name)).not.toContain('s000');
    // The disc of s001 is labelled as a box, which the scan found.
    const truth = job.shapes.truth.get(wrong);
    for (const { errors } of copies.filter(({ sample }) => sample.name === wrong)) {
      for (const { pixels, kind } of errors.filter(({ kind }) => kind !== 'boundary')) {
        const onDisc = pixels.filter((i) => truth?.[i] === 1).length;
        expect(onDisc / pixels.length, kind).toBeLessThanOrEqual(0.1);
      }
    }
  });

  it('hold ids that the file of the mask has no room for', async () => {
    await closeWorkspace(workspace);
    await job.remove();
    await begin({ ids: [0, 1, 2, 700], bits: 16 });
    await scan();
    for (const { sample, errors } of await copiesOf(1, 12, 'masks')) {
      const mask = await readMask(join(workspace.dataset.folder, sample.mask ?? ''));
      for (const { pixels } of errors) for (const i of pixels) expect([0, 1, 2, 700]).toContain(mask.data[i]);
    }
  });
});

describe('planting', () => {
  it('reports what a scan by the same models finds, and leaves nothing behind', async () => {
    await scan();
    const before = await hashesOf(job.folder);
    const told: number[] = [];
    const report = await plantErrors(workspace, SETTINGS, { workerFile, onProgress: ({ done }) => told.push(done) });
    expectSums(report);
    expect(report.all.planted).toBe(12);
    // Models of flat colours see everything but what is too thin to be a case.
    expect(report.all.covered / report.all.planted).toBeGreaterThan(0.7);
    expect(told.at(-1)).toBe(report.samples);
    expect(await hashesOf(job.folder)).toEqual(before);
    expect((await left()).every((name) => name.endsWith('.json'))).toBe(true);
  });

  it('remembers a report as long as nothing changed, also after a restart', async () => {
    await scan();
    const report = await plantErrors(workspace, SETTINGS, { workerFile });
    const signal = AbortSignal.abort();
    expect(await plantErrors(workspace, SETTINGS, { workerFile, signal })).toEqual(report);
    expect(await recallReport(workspace.project, report.scan)).toEqual(report);
    expect(await recallReport(workspace.project, 'another')).toBeNull();
    await expect(plantErrors(workspace, { ...SETTINGS, seed: 4 }, { workerFile, signal })).rejects.toThrow(Cancelled);
  });

  it('can be cancelled, and leaves nothing behind', async () => {
    await scan();
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => done >= 1 && controller.abort();
    const planting = plantErrors(workspace, SETTINGS, { workerFile, signal: controller.signal, onProgress });
    await expect(planting).rejects.toBeInstanceOf(Cancelled);
    expect(await left()).toEqual([]);
  });

  it('takes away what a killed process left behind, and nothing of one that runs', async () => {
    const host = hostname().replace(/[^\w.]/g, '_');
    const [dead, own, running, other] = [
      `${host}-999999999`,
      `${host}-${process.pid}`,
      `${host}-${process.ppid}`,
      'far-1',
    ];
    for (const name of [dead, own, running, other])
      await mkdir(join(plantedFolder(workspace.project), `copies-${name}-00`), { recursive: true });
    await recallReport(workspace.project, null);
    expect((await left()).sort()).toEqual([`copies-${running}-00`, `copies-${other}-00`].sort());
  });

  it('says what is missing: a scan, the models of the scan, pictures nobody trained on', async () => {
    const plant = () => plantErrors(workspace, SETTINGS, { workerFile });
    await expect(plant()).rejects.toThrow(InputError);
    await scan();
    await writePointwiseModel(join(job.models, 'fold0.onnx'), { classes: COLORS, sharpness: 9 });
    await expect(plant()).rejects.toThrow(/changed: scan again/);
    await rm(join(job.folder, 'folds.json'));
    await scan();
    await expect(plant()).rejects.toThrow(/found 0 so scored of 12/);
    expect(await left()).toEqual([]);
  });
});

function expectSums({ all, kinds, classes, sizes, confusion, curve, leastScore }: PlantedReport): void {
  const sum = (parts: (Found | null)[], what: keyof Found) => parts.reduce((n, one) => n + (one?.[what] ?? 0), 0);
  for (const what of ['planted', 'covered', 'found'] as const) {
    expect(
      sum(
        CASE_KINDS.map((kind) => kinds[kind]),
        what,
      ),
    ).toBe(all[what]);
    expect(sum(classes, what)).toBe(all[what]);
    expect(
      sum(
        OBJECT_SIZES.map((size) => sizes[size]),
        what,
      ),
    ).toBe(all[what]);
  }
  expect(all.found).toBeLessThanOrEqual(all.covered);
  for (const kind of CASE_KINDS)
    expect(CASE_KINDS.reduce((n, as) => n + confusion[kind][as], 0)).toBe(kinds[kind].covered);
  const at = curve.find((point) => Math.abs(point.leastScore - leastScore) < 1e-9);
  expect(at?.share).toBeCloseTo(all.found / all.planted);
  expect(curve.at(-1)?.share).toBeCloseTo(all.covered / all.planted);
  curve.slice(1).forEach((point, i) => {
    expect(point.share).toBeGreaterThanOrEqual(curve[i].share);
    expect(point.cases).toBeGreaterThanOrEqual(curve[i].cases);
  });
}
