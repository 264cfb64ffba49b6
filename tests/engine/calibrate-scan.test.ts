import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { PLAIN, type WindowSettings } from '../../common/ensemble.ts';
import type { ScanSettings } from '../../common/scan.ts';
import { calibrate } from '../../main/engine/calibration/calibrate.ts';
import { readGiven } from '../../main/engine/dataset/labels.ts';
import { nearOutline, placesIn, sampledOf } from '../../main/engine/inference/places.ts';
import { readPlanes, writePlanes } from '../../main/engine/inference/results/planes.ts';
import {
  packSampled,
  probabilitiesFile,
  readProbabilities,
} from '../../main/engine/inference/results/probabilities.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { closeWorkspace, openWorkspace, type Workspace } from '../../main/engine/workspace.ts';
import { makeJob, type Job } from '../support/job.ts';

const workerFile = join(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');

let job: Job;
let workspace: Workspace;

beforeEach(async () => {
  job = await makeJob({ labelled: 8, unlabelled: 2 });
  workspace = await openWorkspace(job.folder, join(job.place, 'project'));
});
afterEach(async () => {
  await closeWorkspace(workspace);
  await job.remove();
});

async function scan(change: Partial<ScanSettings> = {}): Promise<string> {
  const settings: ScanSettings = {
    ...{ ...PLAIN, models: [job.models], folds: null, device: 'cpu', processes: 2 },
    ...change,
  };
  const { dataset, project, results } = workspace;
  const { failed, findings } = await scanDataset(dataset, project, settings, { results, workerFile });
  expect({ failed, findings }).toEqual({ failed: 0, findings: [] });
  return results.scan ?? '';
}

const WINDOW: WindowSettings = { size: 40, overlap: 0.5, blend: 'gaussian', keep: 1 };

describe('what a scan keeps of its probabilities', () => {
  it.each([null, WINDOW])(
    'is what its planes are made of, at labelled places of held-out pictures: %o',
    async (window) => {
      const key = await scan({ window });
      for (const { sample, labelled } of workspace.results.all()) {
        const kept = await readProbabilities(workspace.project, key, sample);
        const planes = (await readPlanes(workspace.project, key, sample))?.planes;
        const row = workspace.dataset.byName.get(sample);
        if (!planes || !row) throw new Error(`Expected planes of ${sample}.`);
        expect(kept !== null).toBe(labelled);
        if (!kept) continue;
        expect(kept.places.length).toBeGreaterThan(500);
        const { given } = await readGiven(workspace.dataset, row);
        for (const [i, place] of kept.places.entries()) {
          const p = [...kept.log.subarray(i * kept.channels, (i + 1) * kept.channels)].map(Math.exp);
          expect(kept.given[i]).toBe(given[place]);
          // Half precision of log p is off by a 2048th of it.
          expect(Math.abs(planes.pGiven[place] - 255 * p[given[place]])).toBeLessThan(0.7);
          expect(Math.abs(planes.confidence[place] - 255 * Math.max(...p))).toBeLessThan(0.7);
        }
      }
    },
  );

  it('gives a calibration, the same one however often, whatever temperature the scan ran with', async () => {
    await scan();
    const first = await calibrate(workspace);
    expect(first).toMatchObject({ samples: 8 });
    expect(await calibrate(workspace)).toEqual(first);
    await scan({ temperature: 2 });
    expect(await calibrate(workspace)).toEqual(first);
  });

  it('changes confidence by the temperature, not the label', async () => {
    const plain = await scan();
    const softer = await scan({ temperature: 2 });
    expect(softer).not.toBe(plain);
    expect(await scan({ temperature: 1 })).toBe(plain);
    const [{ sample }] = workspace.results.all();
    const [a, b] = await Promise.all([plain, softer].map((key) => readPlanes(workspace.project, key, sample)));
    expect(b?.planes.label).toEqual(a?.planes.label);
    const mean = (bytes?: Uint8Array) => bytes?.reduce((sum, byte) => sum + byte, 0) ?? 0;
    expect(mean(b?.planes.confidence)).toBeLessThan(mean(a?.planes.confidence));
  });

  it('is missed where it is gone, torn, or was never there: nothing is held out', async () => {
    const key = await scan();
    const samples = [...workspace.results.all()].filter(({ labelled }) => labelled).map(({ sample }) => sample);
    const files = samples.map((sample) => probabilitiesFile(workspace.project, key, sample));
    await truncate(files[0], 100);
    await rm(files[1]);
    expect((await calibrate(workspace))?.samples).toBe(6);
    for (const file of files.slice(2)) await rm(file);
    expect(await calibrate(workspace)).toBeNull();
    // As of a scan before there was such a sample, nothing is done again for it.
    expect(await scan()).toBe(key);
    expect(await calibrate(workspace)).toBeNull();
    await scan({ folds: await noFolds() });
    expect(await calibrate(workspace)).toBeNull();
  });
});

async function noFolds(): Promise<string> {
  const file = join(job.place, 'none.json');
  await writeFile(file, '{}');
  return file;
}

describe('where a sample is taken', () => {
  it('is even over the picture, in no step, and never more than fits', () => {
    for (const [width, height, classes] of [
      [480, 360, 11],
      [512, 512, 19],
      [2048, 1024, 150],
      [7, 5, 2],
    ]) {
      const places = placesIn({ width, height }, classes);
      expect(placesIn({ width, height }, classes)).toBe(places);
      expect(places.length).toBeLessThanOrEqual(1024);
      expect(places.length * (classes + 1) * 2).toBeLessThanOrEqual(32768);
      expect(places.length).toBeGreaterThan(0.6 * Math.min(1024, 16384 / (classes + 1), width * height));
      expect([...places]).toEqual([...places].sort((a, b) => a - b));
      const left = places.filter((place) => place % width < width / 2).length;
      if (width > 100) expect(Math.abs(left / places.length - 0.5)).toBeLessThan(0.04);
      const even = places.filter((place) => place % 2 === 0).length;
      if (width > 100) expect(Math.abs(even / places.length - 0.5)).toBeLessThan(0.1);
    }
  });

  it('is kept where there is a label, and one that members can say', async () => {
    const [width, height] = [8, 4];
    const given = Uint8Array.from({ length: width * height }, (_, i) => [0, IGNORE, 1, 2][i % 4]);
    const places = Uint32Array.from({ length: width * height }, (_, i) => i);
    const log = Float32Array.from({ length: places.length * 3 }, (_, i) => -i);
    const packed = packSampled(places, log, { width, height, given }, new Set([0, 1]));
    const file = probabilitiesFile(workspace.project, 'some', 'picture');
    await writePlanes(file, packed ?? new Uint8Array());
    const kept = await readProbabilities(workspace.project, 'some', 'picture');
    const left = [...places].filter((place) => place % 2 === 0);
    expect([...(kept?.places ?? [])]).toEqual(left);
    expect([...(kept?.given ?? [])]).toEqual(left.map((place) => given[place]));
    expect(Float32Array.from(kept?.log ?? [])).toEqual(Float32Array.from(left.flatMap((i) => [-3 * i, -3 * i - 1, -3 * i - 2]))); // prettier-ignore
    expect(packSampled(places, log, { width, height, given }, new Set())).toBeNull();
    expect(packSampled(places, log, { width, height, given: null }, new Set([0]))).toBeNull();
  });

  it('knows what is near an outline: a disc of half a hundredth of the diagonal', () => {
    const [width, height] = [480, 360];
    const given = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 240 ? 0 : 1));
    const row = Uint32Array.from([236, 237, 239, 240, 242, 243], (x) => 100 * width + x);
    expect([...nearOutline(row, given, width, height)]).toEqual([0, 1, 1, 1, 1, 0]);
    expect([...nearOutline(Uint32Array.of(0, width * height - 1), given, width, height)]).toEqual([0, 0]);
  });

  it('is in a thousand pictures, the same ones in any order', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `frame ${i}`);
    const some = sampledOf(names);
    expect(some.size).toBe(1000);
    expect(sampledOf([...names].reverse())).toEqual(some);
    expect(Math.abs([...some].filter((name) => names.indexOf(name) < 1500).length - 500)).toBeLessThan(70);
    expect(sampledOf(names.slice(0, 7)).size).toBe(7);
  });
});
