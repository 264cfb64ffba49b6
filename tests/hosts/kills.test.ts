import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../common/case.ts';
import { openWindow } from '../support/calls.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { built, ended, killTree, serving, start, winnow, winnowJson } from '../support/program.ts';

/** Kills of each kind; `WINNOW_KILLS=10` for the long version. */
const KILLS = Number(process.env.WINNOW_KILLS ?? 2);

let calm: Job;
let before: Record<string, string>;
let undisturbed: Awaited<ReturnType<typeof outcome>>;
/** ms that each stage takes when nobody disturbs it */
const lasts = { scan: 0, accept: 0, pseudo: 0, export: 0 };

beforeAll(async () => {
  await built();
  calm = await makeJob({ labelled: 24, unlabelled: 8, width: 320, height: 240 });
  before = await hashesOf(calm.folder);
  for (const [stage, args] of Object.entries(stages(calm))) {
    const began = performance.now();
    await winnowJson(...args);
    lasts[stage as keyof typeof lasts] = performance.now() - began;
  }
  undisturbed = await outcome(calm);
}, 180_000);
afterAll(() => calm?.remove());

const stages = (job: Job) => ({
  scan: ['scan', job.folder, '--models', job.models, '--device', 'cpu', '--processes', '2'],
  accept: ['accept', job.folder, '--cases', '--min-score', '0.2'],
  pseudo: ['accept', job.folder, '--pseudo', '--share', '0.6', '--floor', '0.3'],
  export: ['export', job.folder, '--out', join(job.place, 'out')],
});

/** Everything that the job is for. Journal lines are named at random, so their names are left out of the manifest. */
async function outcome(job: Job) {
  const out = join(job.place, 'out');
  const { 'manifest.json': _hash, ...exported } = await hashesOf(out);
  const manifest = await readFile(join(out, 'manifest.json'), 'utf8');
  const order = (rows: { id: string }[]) => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    images: await winnowJson('images', job.folder),
    cases: order(await winnowJson('cases', job.folder, '--masks')),
    exported,
    manifest: manifest.replaceAll(/"line": ?"[^"]+"/g, ''),
  };
}

async function killedAfter(ms: number, args: string[]): Promise<boolean> {
  const child = start([...args, '--json']);
  const end = ended(child);
  const timer = setTimeout(() => killTree(child), ms);
  const { code } = await end;
  clearTimeout(timer);
  return code === null;
}

describe('kill -9 of the whole process tree', () => {
  it(`during scan, accept, pseudo-labels and export, ${KILLS} times each: the end is the same`, async () => {
    const job = await makeJob({ labelled: 24, unlabelled: 8, width: 320, height: 240 });
    let killed = 0;
    for (const [stage, args] of Object.entries(stages(job))) {
      for (let n = 0; n < KILLS; n++)
        if (await killedAfter(randomInt(30, Math.ceil(lasts[stage as keyof typeof lasts])), args)) killed++;
      // A kill may come so late that the export stands already.
      const { code, stderr } = await winnow(...args, ...(stage === 'export' ? ['--replace'] : []));
      expect({ stage, code, stderr: code === 0 ? '' : stderr }).toEqual({ stage, code: 0, stderr: '' });
    }
    expect(killed).toBeGreaterThan(0);
    expect(await outcome(job)).toEqual(undisturbed);
    expect(await hashesOf(job.folder)).toEqual(before);
    await job.remove();
  }, 600_000);

  it(`during review, ${KILLS} times: no verdict that was answered is lost`, async () => {
    const job = await makeJob({ labelled: 24, unlabelled: 0, width: 320, height: 240 });
    const sources = await hashesOf(job.folder);
    await winnowJson(...stages(job).scan);
    const ids = (await winnowJson<{ id: string }[]>('cases', job.folder)).map(({ id }) => id);
    const verdicts = new Map<string, Verdict>();
    const lines: string[] = [];

    for (let n = 0; n < KILLS; n++) {
      const server = await serving([job.folder]);
      const window = await openWindow(server);
      const dataset = (await window.call('about', {})).opened[0].id;
      let unanswered = '';
      const decideOnAndOn = async () => {
        for (let i = 0; ; i++) {
          const verdict: Verdict = (i + n) % 2 ? 'keep' : 'accept';
          unanswered = ids[i % ids.length];
          const change = await window.call('decide', { dataset, author: `window-${n}`, verdict, cases: [unanswered] });
          verdicts.set(unanswered, verdict);
          lines.push(change.id);
          if (i === 0) setTimeout(() => killTree(server.child), randomInt(0, 400));
        }
      };
      await expect(decideOnAndOn()).rejects.toThrow('closed');

      const journal = await readFile(join(job.folder, '.winnow', 'journal.jsonl'), 'utf8');
      expect(lines.filter((id) => !journal.includes(`"${id}"`))).toEqual([]);
      const rows = await winnowJson<{ id: string; verdict: Verdict | null }[]>('cases', job.folder);
      const now = new Map(rows.map(({ id, verdict }) => [id, verdict]));
      // What was asked last may have been written without an answer.
      verdicts.delete(unanswered);
      for (const [id, verdict] of verdicts) expect(now.get(id)).toBe(verdict);
    }
    expect(lines.length).toBeGreaterThan(0);
    expect(await hashesOf(job.folder)).toEqual(sources);
    await job.remove();
  }, 600_000);

  it(`during an audit, ${KILLS} times: no judgement that was answered is lost, nor the verdict that went with it`, async () => {
    const job = await makeJob({ labelled: 24, unlabelled: 0, width: 320, height: 240 });
    await winnowJson(...stages(job).scan);
    const { action } = await winnowJson<{ action: string }>('accept', job.folder, '--cases', '--min-score', '0');
    interface Sample {
      judged: number;
      cases: { case: string; right: boolean | null; verdict: Verdict }[];
    }
    const look = () => winnowJson<Sample>('audit', job.folder, '--action', action, '--sample', '1000');
    const drawn = (await look()).cases.map((one) => one.case);
    const said = new Map<string, boolean>();

    for (let n = 0; n < KILLS; n++) {
      const server = await serving([job.folder]);
      const window = await openWindow(server);
      const dataset = (await window.call('about', {})).opened[0].id;
      let unanswered = '';
      const judgeOnAndOn = async () => {
        for (let i = 0; ; i++) {
          const right = (i + n) % 3 > 0;
          unanswered = drawn[i % drawn.length];
          const judgement = { target: action, case: unanswered, right, correct: true };
          await window.call('judge', { dataset, author: `window-${n}`, ...judgement });
          said.set(unanswered, right);
          if (i === 0) setTimeout(() => killTree(server.child), randomInt(0, 300));
        }
      };
      await expect(judgeOnAndOn()).rejects.toThrow('closed');
      said.delete(unanswered);
      const { cases } = await look();
      expect(cases.map((one) => one.case)).toEqual(drawn);
      for (const { case: id, right, verdict } of cases) {
        if (!said.has(id)) continue;
        expect({ id, right }).toEqual({ id, right: said.get(id) });
        if (right === false) expect(verdict).toBe('keep');
      }
    }
    expect(said.size).toBeGreaterThan(0);
    await job.remove();
  }, 600_000);
});
