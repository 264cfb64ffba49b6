import { mkdir, readdir, readFile, truncate, writeFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Calibration } from '../../common/calibration.ts';
import type { Insights } from '../../common/insights.ts';
import { decodeRle } from '../../common/rle.ts';
import { encodeMask, readMask } from '../../main/engine/images.ts';
import { CLASSES } from '../support/dataset.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { built, ended, interrupt, start, winnow, winnowJson } from '../support/program.ts';

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

describe('exit codes', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['polish', 'x']],
    ['a missing dataset', ['check']],
    ['an unknown option', ['check', '.', '--loud']],
    ['a missing required option', ['export', '.']],
    ['a device that is none', ['scan', '.', '--device', 'abacus']],
    ['a share over 1', ['accept', '.', '--cases', '--min-score', '7']],
    ['a shard outside its parts', ['scan', '.', '--shard', '3/2']],
    ['neither cases nor pseudo', ['accept', '.']],
    ['both cases and pseudo', ['accept', '.', '--cases', '--min-score', '1', '--pseudo', '--threshold', '1']],
    ['thresholds told in two ways', ['accept', '.', '--pseudo', '--threshold', '0.9', '--share', '0.5']],
    ['a floor under nothing', ['accept', '.', '--pseudo', '--threshold', '0.9', '--floor', '0.5']],
    ['a threshold of a class over 1', ['accept', '.', '--pseudo', '--class-threshold', 'disc=1.2']],
    ['a threshold of no class', ['accept', '.', '--pseudo', '--class-threshold', '0.5']],
    ['a class twice', ['accept', '.', '--pseudo', '--class-threshold', 'a=1', '--class-threshold', 'a=1']],
    ['a share of nothing', ['accept', '.', '--pseudo', '--share', '0']],
    ['thresholds of cases', ['accept', '.', '--cases', '--min-score', '1', '--share', '0.5']],
    ['a temperature of nothing', ['scan', '.', '--temperature', '0']],
    ['a window of no size', ['scan', '.', '--window', 'x']],
    ['an augmentation nobody knows', ['scan', '.', '--tta', 'hflip,wobble']],
    ['a scale that is none', ['scan', '.', '--tta', 'scale=0']],
    ['a format not written', ['export', '.', '--out', 'x', '--format', 'voc']],
    ['an action without its sample', ['audit', '.', '--action', 'x']],
    ['rollback of nothing', ['rollback', '.']],
    ['soup without a place to write to', ['soup', 'a.onnx', 'b.onnx']],
    ['a greedy soup without a dataset', ['soup', 'a.onnx', 'b.onnx', '--out', 'c.onnx', '--greedy']],
    ['half of several files', ['half', 'a.onnx', 'b.onnx', '--out', 'c.onnx']],
  ])('2 for %s', async (_what, args) => {
    const { code, stdout, stderr } = await winnow(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['check of a folder that is not there', ['check', '/nowhere/at/all']],
    ['serve of a folder that is not there', ['serve', '/nowhere/at/all', '--port', '0']],
    ['evaluate of a folder that is not there', ['evaluate', '/nowhere/at/all', '--against', '/nowhere']],
  ])('3 and one sentence for %s', async (_what, args) => {
    const { code, stdout, stderr } = await winnow(...args);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(SENTENCE);
  });

  it('3 and one sentence before a scan, without models, and for models that are not there', async () => {
    for (const args of [
      ['images', job.folder],
      ['cases', job.folder],
      ['calibrate', job.folder],
      ['accept', job.folder, '--cases', '--min-score', '0.5'],
      ['accept', job.folder, '--pseudo', '--threshold', '0.5'],
      ['scan', job.folder],
      ['scan', job.folder, '--models', join(job.place, 'nothing.onnx')],
    ]) {
      const { code, stdout, stderr } = await winnow(...args, '--json');
      expect({ args, code, stdout }).toEqual({ args, code: 3, stdout: '' });
      expect(stderr).toMatch(SENTENCE);
    }
  });

  it('0 for help and version', async () => {
    expect(await winnow('--help')).toMatchObject({ code: 0, stderr: '' });
    expect(await winnow('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });
});

describe('check', () => {
  it('tells format, classes by id, and counts', async () => {
    const found = await winnowJson('check', job.folder);
    expect(found).toMatchObject({ ignore: 255, samples: 12, labelled: 8, unlabelled: 4, findings: [] });
    expect(found).toHaveProperty('classes.1', { id: 20, name: 'disc', color: '#dc503c' });
  });

  it('reports a file cut short as a finding', async () => {
    const broken = await makeJob({ labelled: 3, unlabelled: 0 });
    await truncate(join(broken.folder, 'masks', 's001.png'), 60);
    const { findings } = await winnowJson<{ findings: { file: string }[] }>('check', broken.folder);
    expect(findings.map(({ file }) => file)).toContain('masks/s001.png');
    await broken.remove();
  });
});

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

describe('Ctrl-C', () => {
  it('stops a scan at once with 130, and the next one goes on from there', async () => {
    const long = await makeJob({ labelled: 40, unlabelled: 0, width: 320, height: 240 });
    const args = ['scan', long.folder, '--models', long.models, '--device', 'cpu', '--processes', '1', '--json'];
    const child = start(args);
    const end = ended(child);
    await someResults(join(long.folder, '.winnow', 'cache'));
    const pressed = performance.now();
    interrupt(child);
    const { code, stdout, stderr } = await end;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toMatch(/cancelled/i);
    expect(performance.now() - pressed).toBeLessThan(2000);

    const { scanned, cached } = await winnowJson<{ scanned: number; cached: number }>(...args.slice(0, -1));
    expect(scanned + cached).toBe(40);
    expect(cached).toBeGreaterThan(0);
    await long.remove();
  });
});

/** Resolves once at least one picture has been scanned. */
async function someResults(cache: string): Promise<void> {
  for (;;) {
    const names = await readdir(cache, { recursive: true }).catch(() => []);
    // A picture counts from its line on, which is written after its planes.
    const sizes = names.filter((name) => name.endsWith('.jsonl')).map((name) => stat(join(cache, name)));
    if ((await Promise.all(sizes)).some(({ size }) => size > 0)) return;
    await new Promise((soon) => setTimeout(soon, 20));
  }
}
