import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import type { Device } from '../../common/scan.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readPlanes } from '../../main/engine/inference/results/planes.ts';
import { readProbabilities } from '../../main/engine/inference/results/probabilities.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { projectOf } from '../../main/engine/project.ts';
import { COLORS } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';
import { softwareVulkan } from '../support/vulkan.ts';

const workerFile = join(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');
const temporary = mkdtempSync(join(tmpdir(), 'winnow-vulkan-'));
const vulkan = softwareVulkan(temporary);
const before = { ...process.env };

let job: Job;

beforeAll(async () => {
  if (!vulkan) return console.log('WebGPU is not tested: no Chromium with its software Vulkan was found.');
  job = await makeJob({ labelled: 4, unlabelled: 2, width: 64, height: 48 });
  await writePointwiseModel(join(job.models, 'fold1.onnx'), { classes: COLORS, stride: 4, resize: true });
  Object.assign(process.env, vulkan);
});
afterAll(async () => {
  for (const name of Object.keys(vulkan ?? {})) delete process.env[name];
  Object.assign(process.env, before);
  rmSync(temporary, { recursive: true });
  await job?.remove();
});

async function scan(device: Device) {
  const dataset = await openDataset(job.folder, {});
  const project = await projectOf(job.folder, join(job.place, device));
  const results = await openResults(project);
  const settings = { ...PLAIN, models: [job.models], folds: null, tta: NAMED_TTA.hflip, device, processes: 1 };
  const result = await scanDataset(dataset, project, settings, { results, workerFile });
  const planes = dataset.samples.map(async ({ name }) => (await readPlanes(project, results.scan ?? '', name))?.planes);
  const kept = dataset.samples.map(({ name }) => readProbabilities(project, results.scan ?? '', name));
  return { result, planes: await Promise.all(planes), kept: await Promise.all(kept) };
}

describe.skipIf(!vulkan)('WebGPU, on Vulkan in software', () => {
  it('really runs, and gives the labels of the CPU', async () => {
    const [cpu, gpu] = [await scan('cpu'), await scan('webgpu')];
    expect(gpu.result).toMatchObject({ provider: 'webgpu', scanned: 6, failed: 0, findings: [] });
    const trial = gpu.result.tried.find(({ provider }) => provider === 'webgpu');
    expect(trial?.problem).toBe(null);
    expect(trial?.rate).toBeGreaterThan(0);
    for (const [i, planes] of gpu.planes.entries()) {
      expect(planes?.label).toEqual(cpu.planes[i]?.label);
      for (const plane of ['confidence', 'disagreement', 'pGiven'] as const) {
        const other = cpu.planes[i]?.[plane];
        const far = planes?.[plane].filter((value, at) => Math.abs(value - (other?.[at] ?? -9)) > 1);
        expect(far).toHaveLength(0);
      }
    }
    for (const [i, kept] of gpu.kept.entries()) {
      const p = Float32Array.from(kept?.log ?? [], Math.exp);
      const expected = Float32Array.from(cpu.kept[i]?.log ?? [], Math.exp);
      expect(p.length).toBe(expected.length);
      expect(p.length > 0).toBe(i < 4);
      expect(p.filter((value, at) => Math.abs(value - expected[at]) > 0.01)).toHaveLength(0);
    }
  }, 120_000);
});
