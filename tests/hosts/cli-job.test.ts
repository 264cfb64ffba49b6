import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Calibration } from '../../common/calibration.ts';
import type { Insights } from '../../common/insights.ts';
import { decodeRle } from '../../common/rle.ts';
import { encodeMask, readMask } from '../../main/engine/images.ts';
import { CLASSES } from '../support/dataset.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { built, winnow, winnowJson } from '../support/program.ts';

const IDS: [number, number, number, number] = [7, 20, 30, 40];
let job: Job;
let before: Record<string, string>;

beforeAll(async () => {
  await built();
  job = await makeJob({ ids: IDS });
  before = await hashesOf(job.folder);
}, 120_000);
afterAll(() => job?.remove());

/** One sentence and nothing else. */
const SENTENCE = /^[A-Z-][^\n]*[.)]\n$/;

// Each test starts whole programs, some of them several.
vi.setConfig({ testTimeout: 120_000 });

describe('the whole job', () => {
  it('scans, and a second time finds everything done', async () => {
    const first = await winnowJson('scan', job.folder, '--models', job.models, '--tta', 'none', '--device', 'cpu');
    expect(first).toMatchObject({ scanned: 12, cached: 0, failed: 0, provider: 'cpu' });
    expect(await winnowJson('scan', job.folder)).toMatchObject({ scanned: 0, cached: 12, failed: 0 });
  });

  it('puts pictures with wrong labels before those without', async () => {
    const rows = await winnowJson<{ sample: string; score: number; heldOut: boolean }[]>('images', job.folder);
    expect(rows).toHaveLength(8);
    expect(
      rows
        .slice(0, 4)
        .map(({ sample }) => sample)
        .sort(),
    ).toEqual(['s001', 's003', 's005', 's007']);
    expect(rows.every(({ heldOut }) => heldOut)).toBe(true);
    expect(rows.map(({ score }) => score)).toEqual(rows.map(({ score }) => score).toSorted((a, b) => b - a));
  });

  it('names cases by class id, worst first, with a mask that fits box and area', async () => {
    interface Row {
      sample: string;
      kind: string;
      given: number;
      proposed: number;
      bbox: [number, number, number, number];
      area: number;
      score: number;
      rle: string;
    }
    const rows = await winnowJson<Row[]>('cases', job.folder, '--masks');
    const top = rows.slice(0, 4);
    expect(top.map(({ kind, given, proposed }) => `${kind} ${given} ${proposed}`)).toEqual(
      Array(4).fill('wrong-class 30 20'),
    );
    expect(rows.map(({ score }) => score)).toEqual(rows.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(await winnowJson('cases', job.folder, '--top', '2', '--masks')).toEqual(rows.slice(0, 2));
    for (const { rle, area, bbox } of rows) {
      const mask = decodeRle(rle, 96, 64);
      const at = [...mask.keys()].filter((i) => mask[i]);
      const [xs, ys] = [at.map((i) => i % 96), at.map((i) => Math.floor(i / 96))];
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      expect(area).toBe(at.length);
      expect(bbox).toEqual([x, y, Math.max(...xs) - x + 1, Math.max(...ys) - y + 1]);
    }
  });

  it('accepts once what is asked for', async () => {
    const args = ['accept', job.folder, '--cases', '--min-score', '0'];
    interface Accepted {
      accepted: number;
      pixels: number;
      action: string;
      expected: number;
    }
    const { accepted, pixels, action, expected } = await winnowJson<Accepted>(...args);
    const overview = await winnowJson<{ bulks: object[]; left: object }>('audit', job.folder);
    expect(overview).toMatchObject({ reviewed: 0, found: 0, left: { expected: 0, low: 0, high: 0 } });
    expect(overview.bulks).toMatchObject([
      { action, items: accepted, expected, judged: 0, precision: null, live: true },
    ]);
    expect(accepted).toBeGreaterThanOrEqual(4);
    expect(pixels).toBeGreaterThan(100);
    expect(await winnowJson(...args)).toMatchObject({ accepted: 0, pixels: 0 });
    expect(await winnowJson('rollback', job.folder, '--action', action)).toMatchObject({ cases: accepted });
    const again = await winnow('rollback', job.folder, '--action', action);
    expect(again).toMatchObject({ code: 3, stdout: '' });
    expect(again.stderr).toMatch(SENTENCE);
    await winnowJson('rollback', job.folder, '--action', action, '--bring-back');
    expect(await winnowJson(...args)).toMatchObject({ accepted: 0, action: null });
    const pseudo = await winnowJson('accept', job.folder, '--pseudo', '--threshold', '0.9');
    expect(pseudo).toMatchObject({ samples: 4 });
    expect(Object.keys((pseudo as { byClass: object }).byClass)).toEqual([...CLASSES]);
  });

  interface Pseudo {
    keptFraction: number;
    byClass: Record<string, number>;
    thresholds: Record<string, number | null>;
    expected?: Record<string, number | null>;
    action: string;
  }
  const pseudo = (...how: string[]) => winnowJson<Pseudo>('accept', job.folder, '--pseudo', ...how);

  it('takes pseudo-labels by class: by name, by share, by expected precision', async () => {
    const all = await pseudo('--threshold', '0.8');
    const named = CLASSES.flatMap((name) => ['--class-threshold', `${name}=0.8`]);
    expect(await pseudo(...named)).toEqual({ ...all, action: expect.any(String) as string });
    const some = await pseudo('--threshold', '0.8', '--class-threshold', 'disc=none', '--class-threshold', 'bar=0.5');
    expect(some.thresholds).toEqual({ ground: 0.8, disc: null, box: 0.8, bar: 0.5 });
    expect(some.byClass).toMatchObject({ ground: all.byClass.ground, disc: 0, box: all.byClass.box });

    const half = await pseudo('--share', '0.5', '--floor', '0.001');
    for (const name of CLASSES) expect(half.byClass[name]).toBeGreaterThanOrEqual(0.5);
    const floored = await pseudo('--share', '1');
    for (const name of CLASSES) expect(floored.thresholds[name]).toBeGreaterThanOrEqual(0.5);

    const precise = await pseudo('--precision', '0.9');
    for (const name of CLASSES)
      if (precise.thresholds[name] !== null) expect(precise.expected?.[name]).toBeGreaterThanOrEqual(0.9);
    expect(await pseudo('--precision', '0.9')).toEqual({ ...precise, action: expect.any(String) as string });
    expect((await winnow('accept', job.folder, '--pseudo', '--precision', '0.9')).stdout).toContain('expected right');
  });

  it('3 and one sentence for a class there is none of, and for classes without a threshold', async () => {
    for (const how of [
      ['--threshold', '0.9', '--class-threshold', 'tree=0.5'],
      ['--class-threshold', 'disc=0.5'],
    ]) {
      const { code, stdout, stderr } = await winnow('accept', job.folder, '--pseudo', ...how);
      expect({ how, code, stdout }).toEqual({ how, code: 3, stdout: '' });
      expect(stderr).toMatch(SENTENCE);
    }
  });

  it('exports the train set, and refuses to write into it again', async () => {
    const out = join(job.place, 'out');
    const args = ['export', job.folder, '--out', out];
    expect(await winnowJson(...args)).toMatchObject({ samples: 12, untouched: 4, cleaned: 4, pseudo: 4, out });
    const refused = await winnow(...args);
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(SENTENCE);
    expect(await winnowJson(...args, '--replace')).toMatchObject({ samples: 12 });

    const untouched = await readFile(join(out, 'masks', 's000.png'));
    expect(untouched.equals(await readFile(join(job.folder, 'masks', 's000.png')))).toBe(true);
    const cleaned = await readMask(join(out, 'masks', 's001.png'));
    const truth = job.shapes.truth.get('s001') ?? new Uint8Array();
    expect(Array.from(cleaned.data)).toEqual(Array.from(truth, (index) => IDS[index]));
  });

  it('calibrates, and scans at the temperature found', async () => {
    const { temperature, samples } = await winnowJson<Calibration>('calibrate', job.folder);
    expect(samples).toBe(8);
    expect((await winnow('calibrate', job.folder)).stdout).toContain('--temperature');
    const project = join(job.place, 'calibrated');
    const how = ['--models', job.models, '--temperature', String(temperature)];
    await winnowJson('scan', job.folder, '--project', project, ...how);
    expect(await winnowJson('calibrate', job.folder, '--project', project)).toMatchObject({ temperature, samples });
  });

  it('measures against a reference', async () => {
    const masks = join(job.place, 'truth');
    await mkdir(masks);
    const { truth, given, width, height } = job.shapes;
    for (const name of given.keys()) {
      const data = Uint8Array.from(truth.get(name) ?? [], (index) => IDS[index]);
      const mask = await encodeMask({ width, height, data, bits: 8, palette: null, alpha: null });
      await writeFile(join(masks, `${name}.png`), mask);
    }
    const measured = await winnowJson('evaluate', job.folder, '--against', masks);
    expect(measured).toMatchObject({ cleaned: { miou: 1 }, proposed: { miou: 1 } });
    expect((measured as { given: { miou: number } }).given.miou).toBeLessThan(0.95);
    expect(measured).toMatchObject({ cleaned: { accuracy: 1, boundaryMiou: 1 }, given: { samples: 8 } });
    // disc, box, bar, and the ground on the far side of the bar
    const found = { size: 'small', objects: 32, found: 32 };
    expect(measured).toHaveProperty('cleaned.recall.0', found);
  });

  it('sets given labels against proposals', async () => {
    const insights = await winnowJson('insights', job.folder);
    expect(insights).toMatchObject({ samples: 8, heldOut: 8, pixels: 8 * 96 * 64, sweep: null, findings: [] });
    expect(insights).toHaveProperty('classes.2.name', 'box');
    // Everything was decided: what is expected is what was accepted.
    const { folders, classes } = insights as Insights;
    expect(folders[0].expected).toBe(folders[0].cases);
    expect(classes[2].noise).toBeGreaterThan(0.2);
    const { code, stdout } = await winnow('insights', job.folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^box .* %/m);
    expect(stdout).toContain('8 held out of 8 labelled');
  });

  it('has left every source file as it was, and nothing beside it but the project folder', async () => {
    expect(await hashesOf(job.folder)).toEqual(before);
    expect((await readdir(job.folder)).sort()).toEqual(
      ['.winnow', 'classes.json', 'folds.json', 'images', 'masks', 'unlabeled'].sort(),
    );
  });

  it('writes nothing to the dataset where the project folder is elsewhere', async () => {
    const other = await makeJob({ labelled: 2, unlabelled: 1 });
    const project = join(other.place, 'project');
    await winnowJson('scan', other.folder, '--models', other.models, '--project', project);
    await winnowJson('accept', other.folder, '--cases', '--min-score', '0', '--project', project);
    expect(await readdir(other.folder)).not.toContain('.winnow');
    expect(await readdir(project)).toEqual(expect.arrayContaining(['cache', 'journal.jsonl', 'project.json']));
    await other.remove();
  });
});
