import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import type { ScanSettings } from '../../common/scan.ts';
import type { Trial } from '../../common/trial.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readPlanes } from '../../main/engine/inference/results/planes.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { triedAs, TRIALS, tryEnsemble } from '../../main/engine/inference/trial.ts';
import { projectOf, type Project } from '../../main/engine/project.ts';
import { makeJob, type Job } from '../support/job.ts';

const workerFile = join(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');

let job: Job;
let project: Project;
const settings = (change: Partial<ScanSettings> = {}): ScanSettings => ({
  ...PLAIN,
  ...{ models: [job.models], folds: null, device: 'cpu', processes: 2 },
  tta: NAMED_TTA.hflip,
  ...change,
});

beforeAll(async () => {
  job = await makeJob();
  project = await projectOf(job.folder, join(job.place, 'project'));
});
afterAll(() => job.remove());

async function tried(name: string, change: Partial<ScanSettings> = {}, signal?: AbortSignal): Promise<Trial> {
  const dataset = await openDataset(job.folder, {});
  return tryEnsemble(dataset, project, settings(change), name, { workerFile, signal });
}

const planesOf = async (sample: string, part: string) =>
  (await readPlanes(project, TRIALS, triedAs(sample, part)))?.planes;

describe('a trial', () => {
  it('gives the planes of a scan for all members together, and those of each by itself', async () => {
    const dataset = await openDataset(job.folder, {});
    const unlabelled = dataset.samples.find(({ mask }) => mask === null)?.name ?? '';
    const trial = await tried(unlabelled);
    expect(trial.parts.map(({ member }) => member)).toEqual([null, 'fold0', 'fold1']);
    const results = await openResults(project);
    await scanDataset(dataset, project, settings(), { results, workerFile });
    const scanned = (await readPlanes(project, results.scan ?? '', unlabelled))?.planes;
    expect(await planesOf(unlabelled, trial.parts[0].scan)).toEqual(scanned);
    for (const { scan } of trial.parts.slice(1))
      expect((await planesOf(unlabelled, scan))?.label).toHaveLength(96 * 64);
  });

  it('reckons passes, time and memory of a scan', async () => {
    const trial = await tried('s000');
    expect(trial).toMatchObject({
      ...{ sample: 's000', width: 96, height: 64, provider: 'cpu', processes: 2, findings: [] },
      ...{ passes: 2, passesLabelled: [3, 3], passesUnlabelled: 4 },
    });
    // Held out: one member judges this picture, so there is nothing to show beside the merge.
    expect(trial.parts).toHaveLength(1);
    expect(trial.seconds).toBeGreaterThan(0);
    // 8 pictures with one member and half as long for a second look without TTA, 4 with two members, in two processes.
    expect(trial.secondsInAll / trial.seconds).toBeCloseTo(10, 5);
    expect(trial.bytes).toBeGreaterThan(20e6);
  });

  it('names the member that cannot run', async () => {
    const broken = join(job.models, 'broken.onnx');
    await writeFile(broken, 'no model');
    const trial = await tried('s000');
    await rm(broken);
    expect(trial.findings.map(({ file }) => file)).toEqual([broken]);
    expect(trial.findings[0].problem).toContain('Expected an ONNX model');
    await copyFile(join(job.models, 'fold0.onnx'), broken);
    await rm(broken);
    await expect(tried('s000', { models: [broken] })).rejects.toThrow('Expected at least one usable model');
    await expect(tried('nobody')).rejects.toThrow('found none by the name nobody');
  });

  it('ends at once when it is cancelled', async () => {
    const began = performance.now();
    await expect(tried('s000', {}, AbortSignal.timeout(50))).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
