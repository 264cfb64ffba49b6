import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import type { Device, ScanResult, ScanSettings } from '../../common/scan.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readPlanes } from '../../main/engine/inference/results/planes.ts';
import { doubt, providersFor } from '../../main/engine/inference/device/provider.ts';
import { openResults, type Results } from '../../main/engine/inference/results/results.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { projectOf, type Project } from '../../main/engine/project.ts';
import { COLORS } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';

const root = join(import.meta.dirname, '..', '..');
const realWorker = join(root, 'main', 'engine', 'inference', 'worker.ts');
/** A double: its devices are the CPU with faults, see there. */
const faultyWorker = join(root, 'tests', 'support', 'faulty-worker.ts');
/** What `auto` knows here, the CPU last. */
const [first, second] = providersFor('auto', process.platform);

let job: Job;
let project: Project;
let results: Results;

beforeEach(async () => {
  job = await makeJob({ labelled: 10, unlabelled: 6 });
  project = await projectOf(job.folder, join(job.place, 'project'));
  results = await openResults(project);
});
afterEach(() => {
  delete process.env.WINNOW_TEST_FAULTS;
  return job.remove();
});

async function scan(device: Device, faults: Record<string, string> | null, change: Partial<ScanSettings> = {}) {
  if (faults) process.env.WINNOW_TEST_FAULTS = JSON.stringify(faults);
  const settings: ScanSettings = {
    ...PLAIN,
    ...{ models: [job.models], folds: null, tta: NAMED_TTA.hflip, device, processes: 2 },
    ...change,
  };
  const dataset = await openDataset(job.folder, {});
  const workerFile = faults ? faultyWorker : realWorker;
  return scanDataset(dataset, project, settings, { results, workerFile });
}

async function labels() {
  const rows = [...results.all()].sort((a, b) => a.sample.localeCompare(b.sample));
  return Promise.all(rows.map(async ({ sample }) => (await readPlanes(project, results.scan ?? '', sample))?.planes));
}

/** Nothing is lost, whatever runs it, and the labels are those of an undisturbed run on the CPU. */
async function expectWhole(result: ScanResult): Promise<void> {
  expect(result).toMatchObject({ scanned: 16, failed: 0 });
  const found = await labels();
  project = await projectOf(job.folder, join(job.place, 'undisturbed'));
  results = await openResults(project);
  await scan('cpu', null);
  expect(found).toEqual(await labels());
}

const trialOf = ({ tried }: ScanResult, provider: string) => tried.find((one) => one.provider === provider);

describe('the provider that is chosen', () => {
  it('is the fastest of those that give the labels of the CPU', async () => {
    const result = await scan('auto', { [first]: 'slow', cpu: 'slow' });
    const fastest = second === 'cpu' ? 'cpu' : second;
    expect(result.provider).toBe(fastest);
    expect(result.tried.map(({ provider }) => provider)).toEqual(providersFor('auto', process.platform));
    const rates = result.tried.map(({ rate }) => rate ?? 0);
    expect(trialOf(result, fastest)?.rate).toBe(Math.max(...rates));
    expect(result.findings).toEqual([]);
    await expectWhole(result);
  });

  it('is not one with other labels, however fast, and that is said', async () => {
    const wrong = Object.fromEntries(providersFor('auto', process.platform).map((one) => [one, 'wrong']));
    const result = await scan('auto', { ...wrong, cpu: 'slow' });
    expect(result.provider).toBe('cpu');
    expect(result.findings[0]).toMatchObject({ file: first });
    expect(result.findings[0].problem).toMatch(/^Expected the labels of the CPU for at least 99\.5 %/);
    await expectWhole(result);
  });

  it('is not one that ends the process that tries it', async () => {
    const ends = Object.fromEntries(providersFor('auto', process.platform).map((one) => [one, 'ends']));
    const result = await scan('auto', { ...ends, cpu: '' });
    expect(result).toMatchObject({ provider: 'cpu', scanned: 16 });
    expect(trialOf(result, first)?.problem).toContain('ends the process');
    expect(result.findings[0]).toMatchObject({ file: first });
  });

  it('is the one asked for, however slow, or none: then the reason is told', async () => {
    expect(await scan('webgpu', { webgpu: 'slow' })).toMatchObject({ provider: 'webgpu', scanned: 16 });
    results = await openResults((project = await projectOf(job.folder, join(job.place, 'another'))));
    await expect(scan('webgpu', { webgpu: 'wrong' })).rejects.toThrow(/webgpu: Expected the labels of the CPU/);
    // Really tried: this provider exists on Windows only, or on macOS only.
    const elsewhere = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(scan(elsewhere, null)).rejects.toThrow(new RegExp(`found none\\. ${elsewhere}: `));
  });

  it('is checked with the members that run', async () => {
    await writePointwiseModel(join(job.models, 'bad.onnx'), { classes: COLORS.slice(1), undeclared: true, stride: 2 });
    const result = await scan('webgpu', { webgpu: '' });
    expect(result).toMatchObject({ provider: 'webgpu', scanned: 16, failed: 0 });
    expect(result.findings.map(({ file }) => file)).toEqual([join(job.models, 'bad.onnx')]);
  });
});

describe('a provider that fails while it scans', () => {
  it('is asked once more with new sessions, which is a finding', async () => {
    const result = await scan('cpu', { cpu: 'once' }, { processes: 1 });
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0].problem).toBe(
      'Expected cpu to run it, found: Out of memory, as told. It ran with new sessions.',
    );
    await expectWhole(result);
  });

  it('is asked once more with windows of half the size, where there are windows', async () => {
    await addWide();
    const window = { size: 128, overlap: 0.5, blend: 'constant', keep: 1 } as const;
    const result = await scan('webgpu', { webgpu: 'large' }, { window });
    expect(result).toMatchObject({ provider: 'webgpu', scanned: 17, failed: 0 });
    const problem = result.findings.find(({ file }) => file === 'unlabeled/wide.jpg')?.problem;
    expect(problem).toMatch(/^Expected webgpu to run it, found: .*Out of memory, as told\. It ran with new sessions/);
    expect(problem).toMatch(/windows of 64 pixels\.$/);
  });

  it('hands pictures that it does not run to the next, and keeps the others', async () => {
    await addWide();
    const result = await scan('webgpu', { webgpu: 'large' });
    expect(result).toMatchObject({ provider: 'webgpu', scanned: 17, failed: 0 });
    expect(result.findings).toEqual([
      {
        file: 'unlabeled/wide.jpg',
        problem: 'Expected webgpu to run it, found: Out of memory, as told. It ran on cpu.',
      },
    ]);
  });

  it('hands on a picture that ends its process', async () => {
    await addWide();
    const result = await scan('webgpu', { webgpu: 'dies' });
    expect(result).toMatchObject({ provider: 'webgpu', scanned: 17, failed: 0 });
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0].problem).toContain('ends the process');
  });

  it('is given up when it runs nothing any more, and no picture is lost', async () => {
    const result = await scan('webgpu', { webgpu: 'lost' }, { processes: 1 });
    expect(result.provider).toBe('cpu');
    expect(result.findings.find(({ file }) => file === 'webgpu')?.problem).toMatch(/The rest runs on cpu\.$/);
    await expectWhole(result);
  });

  it('on the CPU, a picture that never runs is named, and the rest goes on', async () => {
    await addWide();
    const result = await scan('cpu', { cpu: 'large' });
    expect(result).toMatchObject({ scanned: 16, failed: 1 });
    expect(result.findings[0]).toMatchObject({ file: 'unlabeled/wide.jpg' });
  });
});

it('labels are compared by share', () => {
  const reference = new Uint8Array(1000);
  expect(doubt(new Uint8Array(1000).fill(1, 0, 5), reference)).toBe(null);
  expect(doubt(new Uint8Array(1000).fill(1, 0, 6), reference)).toContain('found 99.4 %');
});

/** A picture of another width beside those of the dataset. */
async function addWide(): Promise<void> {
  const wider = await makeJob({ labelled: 0, unlabelled: 1, width: 140, height: 60 });
  const [{ image }] = (await openDataset(wider.folder, {})).samples;
  await copyFile(join(wider.folder, image), join(job.folder, 'unlabeled', 'wide.jpg'));
  await wider.remove();
}
