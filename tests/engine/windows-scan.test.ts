import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NAMED_TTA, PLAIN, type WindowSettings } from '../../common/ensemble.ts';
import type { ScanResult, ScanSettings } from '../../common/scan.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readPlanes } from '../../main/engine/inference/results/planes.ts';
import { openResults, type Results } from '../../main/engine/inference/results/results.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { projectOf, type Project } from '../../main/engine/project.ts';
import { COLORS } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';

const workerFile = join(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');

let job: Job;
let project: Project;
let results: Results;

beforeEach(async () => {
  // 75 × 51: no multiple of anything, and lower than the larger of the windows below.
  job = await makeJob({ width: 75, height: 51 });
  project = await projectOf(job.folder, join(job.place, 'project'));
  results = await openResults(project);
});
afterEach(() => job.remove());

async function scan(window: WindowSettings | null): Promise<ScanResult> {
  const settings: ScanSettings = {
    ...PLAIN,
    models: [job.models],
    folds: null,
    tta: NAMED_TTA.hflip,
    window,
    device: 'cpu',
    processes: 2,
  };
  return scanDataset(await openDataset(job.folder, {}), project, settings, { results, workerFile });
}

/** Planes and cases of every picture, by name. */
async function found() {
  const names = [...results.all()].map(({ sample }) => sample).sort();
  return Promise.all(
    names.map(async (name) => {
      const stored = await readPlanes(project, results.scan ?? '', name);
      if (!stored) throw new Error(`Expected planes of ${name}.`);
      return { name, ...stored };
    }),
  );
}

const WINDOW: WindowSettings = { size: 40, overlap: 0.5, blend: 'gaussian', keep: 1 };

describe('a scan in windows', () => {
  it.each<WindowSettings>([
    WINDOW,
    { ...WINDOW, size: 64, blend: 'hann' },
    { ...WINDOW, blend: 'constant', keep: 0.5 },
  ])('finds what a scan of whole pictures finds, where networks look at one place only: %o', async (window) => {
    expect(await scan(null)).toMatchObject({ scanned: 12, failed: 0, findings: [] });
    const [whole, wholeKey] = [await found(), results.scan];
    expect(await scan(window)).toMatchObject({ scanned: 12, failed: 0, findings: [] });
    expect(results.scan).not.toBe(wholeKey);
    for (const [i, one] of (await found()).entries()) {
      const { planes, cases } = whole[i];
      expect(one.planes.label, one.name).toEqual(planes.label);
      for (const plane of ['confidence', 'pGiven'] as const)
        expect(one.planes[plane].every((value, at) => Math.abs(value - planes[plane][at]) <= 1)).toBe(true);
      expect(one.cases.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    }
    expect(await scan(window)).toMatchObject({ scanned: 0, cached: 12 });
  });

  it('gives a U-Net windows of a size it takes, though its graph does not load for theirs', async () => {
    await Promise.all(
      [0, 1].map((fold) => writePointwiseModel(join(job.models, `fold${fold}.onnx`), { classes: COLORS, skip: true })),
    );
    expect(await scan({ ...WINDOW, size: 41 })).toMatchObject({ scanned: 12, failed: 0, findings: [] });
  });

  it('names a member that does not run, and goes on with the others', async () => {
    await writePointwiseModel(join(job.models, 'three-fold0.onnx'), {
      classes: COLORS.slice(0, 3),
      undeclared: true,
    });
    const result = await scan(WINDOW);
    expect(result).toMatchObject({ scanned: 12, failed: 0 });
    expect(result.findings.map(({ file }) => file)).toEqual([expect.stringContaining('three-fold0.onnx')]);
    expect(result.findings[0].problem).toMatch(/^Expected 4 classes/);
  });

  it('runs networks of a size of their own, smaller and larger than a window', async () => {
    await rm(job.models, { recursive: true });
    for (const [i, side] of [32, 56].entries())
      await writePointwiseModel(join(job.models, `fold${i}.onnx`), {
        classes: COLORS,
        fixed: { width: side, height: side },
      });
    expect(await scan(WINDOW)).toMatchObject({ scanned: 12, failed: 0, findings: [] });
    for (const { name, planes } of await found()) {
      const truth = job.shapes.truth.get(name) ?? new Uint8Array();
      const right = truth.filter((value, i) => planes.label[i] === value).length / truth.length;
      expect(right, name).toBeGreaterThan(0.94);
    }
  });
});
