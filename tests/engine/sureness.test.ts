import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLAIN } from '../../common/ensemble.ts';
import type { ScanSettings } from '../../common/scan.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readRecord } from '../../main/engine/inference/results/record.ts';
import { packProbabilities, probabilitiesFile } from '../../main/engine/inference/results/probabilities.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { writePlanes } from '../../main/engine/inference/results/planes.ts';
import { scanDataset, type ScanOptions } from '../../main/engine/inference/scan.ts';
import { measuredOf, surenessOf } from '../../main/engine/inference/sureness.ts';
import { projectOf } from '../../main/engine/project.ts';
import { makeJob, type Job } from '../support/job.ts';
import { noise } from '../support/random.ts';

const root = join(import.meta.dirname, '..', '..');
const workerFile = join(root, 'main', 'engine', 'inference', 'worker.ts');
const dyingWorker = join(root, 'tests', 'support', 'dying-worker.ts');

describe('pictures it is measured on', () => {
  const names = Array.from({ length: 300 }, (_, i) => `picture ${i}`);

  it('are twelve, or one in ten, whatever the order they are named in', () => {
    expect(measuredOf(names)).toHaveLength(12);
    expect(new Set(measuredOf(names)).size).toBe(12);
    expect(measuredOf(names.toReversed())).toEqual(measuredOf(names));
    expect(measuredOf(names.slice(0, 45))).toHaveLength(4);
    expect(measuredOf(names.slice(0, 9))).toEqual([]);
  });
});

describe('sureness', () => {
  const K = 3;
  const PIXELS = 2000;
  let cache: string;
  beforeEach(async () => (cache = await mkdtemp(join(tmpdir(), 'winnow-sureness-'))));
  afterEach(() => rm(cache, { recursive: true }));

  /** Pictures whose labels follow p^sureness, but for a share that says class 0 whatever is there. */
  async function keep(sureness: number, wrong = 0): Promise<string[]> {
    const random = noise(7);
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) {
      const z = Float16Array.from({ length: PIXELS * K }, () => -6 * random());
      const given = Uint8Array.from({ length: PIXELS }, (_, i) => {
        const powers = [...z.subarray(i * K, (i + 1) * K)].map((log) => Math.exp(sureness * log));
        let left = random() * powers.reduce((a, b) => a + b);
        const drawn = powers.findIndex((power) => (left -= power) < 0);
        return random() < wrong ? 0 : Math.max(0, drawn);
      });
      const places = Uint32Array.from({ length: PIXELS }, (_, i) => i);
      const packed = packProbabilities({ channels: K, places, given, border: new Uint8Array(PIXELS), log: z });
      await writePlanes(probabilitiesFile({ cache }, 'scan', name), packed);
    }
    return names;
  }

  it.each([
    [0.5, 0.5 ** 0.6],
    [1, 1],
    [2, 2],
  ])('follows the power %d that makes probabilities true, wrong labels or not: %d', async (truth, expected) => {
    for (const wrong of [0, 0.1]) {
      const found = await surenessOf({ cache }, 'scan', await keep(truth, wrong), { classes: K });
      expect(Math.abs(Math.log(found / expected))).toBeLessThan(0.1);
    }
  });

  it('is told of planes as they are, which a temperature has changed already', async () => {
    const names = await keep(1.5);
    const plain = await surenessOf({ cache }, 'scan', names, { classes: K });
    expect(await surenessOf({ cache }, 'scan', names, { classes: K, temperature: 2 })).toBeCloseTo(2 * plain, 2);
  });

  it('is at most four, and is 1 where nothing is there to judge by', async () => {
    expect(await surenessOf({ cache }, 'scan', await keep(40), { classes: K })).toBe(4);
    expect(await surenessOf({ cache }, 'scan', ['nobody'], { classes: K })).toBe(1);
  });
});

describe('a scan', () => {
  let job: Job;
  beforeEach(async () => (job = await makeJob({ labelled: 24, unlabelled: 2 })));
  afterEach(() => job.remove());

  async function scan(name: string, options: Partial<ScanOptions> = {}) {
    const project = await projectOf(job.folder, join(job.place, name));
    const results = await openResults(project);
    const settings: ScanSettings = { ...PLAIN, models: [job.models], folds: null, device: 'cpu', processes: 2 };
    const dataset = await openDataset(job.folder, {});
    const done = await scanDataset(dataset, project, settings, { results, workerFile, ...options });
    const { scan: key } = results;
    const file = join(project.cache, key ?? '', 'results.jsonl');
    return {
      ...done,
      record: await readRecord(project, key ?? ''),
      lines: await readFile(file, 'utf8').catch(() => ''),
    };
  }

  it('measures it once, before any case is looked for, and remembers it', async () => {
    const first = await scan('project', { limit: 5 });
    const { sureness } = first.record ?? {};
    expect(first).toMatchObject({ scanned: 5, failed: 0 });
    expect(sureness).toBeGreaterThan(0);
    const rest = await scan('project');
    expect(rest).toMatchObject({ scanned: 21, cached: 5, failed: 0 });
    expect([first.sureness, rest.record?.sureness, rest.sureness]).toEqual([sureness, sureness, sureness]);
    const shard = await scan('another', { shard: [2, 2] });
    expect(shard.record?.sureness).toBe(sureness);
  });

  it('goes on where such a picture cannot be read or ends its process', async () => {
    const names = (await openDataset(job.folder, {})).samples.filter(({ mask }) => mask).map(({ name }) => name);
    const [bad, deadly] = measuredOf(names);
    const picture = join(job.folder, 'images', `${bad}.jpg`);
    await truncate(picture, (await stat(picture)).size - 200);
    process.env.WINNOW_TEST_DEADLY = deadly;
    try {
      const { scanned, failed, findings, record } = await scan('project', { workerFile: dyingWorker });
      expect({ scanned, failed, findings: findings.length }).toEqual({ scanned: 24, failed: 2, findings: 2 });
      expect(record?.sureness).toBe(1);
    } finally {
      delete process.env.WINNOW_TEST_DEADLY;
    }
  });

  it('takes it from another scan with the same models where it is told to', async () => {
    const [surer, doubtful] = [await scan('surer', { sureness: 2 }), await scan('doubtful', { sureness: 0.25 })];
    expect([surer.record?.sureness, doubtful.record?.sureness]).toEqual([2, 0.25]);
    const best = ({ lines }: { lines: string }) =>
      lines.trim().split('\n').map((line) => (JSON.parse(line) as { score: number }).score); // prettier-ignore
    const sum = (scores: number[]) => scores.reduce((a, b) => a + b, 0);
    expect(sum(best(surer))).toBeGreaterThan(sum(best(doubtful)));
  });
});
