import { readdir, truncate, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeJob, type Job } from '../support/job.ts';
import { built, ended, interrupt, start, winnow, winnowJson } from '../support/program.ts';

const IDS: [number, number, number, number] = [7, 20, 30, 40];
let job: Job;

beforeAll(async () => {
  await built();
  job = await makeJob({ ids: IDS });
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
    ['what was learned of pseudo-labels', ['accept', '.', '--pseudo', '--threshold', '0.9', '--learned']],
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

  it('3 for folds that cannot be read, which the next scan does not remember', async () => {
    const project = join(job.place, 'forgetful');
    const scan = ['scan', job.folder, '--models', job.models, '--project', project, '--limit', '1'];
    expect(await winnow(...scan, '--folds', '/nowhere/folds.json')).toMatchObject({ code: 3, stdout: '' });
    expect(await winnow(...scan)).toMatchObject({ code: 0 });
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
