import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Found, PlantedReport } from '../../common/planted.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { built, ended, interrupt, killTree, start, winnow, winnowJson } from '../support/program.ts';

type Report = Omit<PlantedReport, 'classes'> & { classes: Record<string, Found | null> };

let job: Job;
let before: Record<string, string>;

beforeAll(async () => {
  await built();
  job = await makeJob({ labelled: 24, unlabelled: 2, width: 320, height: 240 });
  await winnowJson('scan', job.folder, '--models', job.models, '--device', 'cpu');
  before = await hashesOf(job.folder);
}, 180_000);
afterAll(() => job?.remove());

const planted = () => readdir(join(job.folder, '.winnow', 'cache', 'planted')).catch(() => []);
const copies = async () => (await planted()).filter((name) => name.startsWith('copies-'));

/** Starts planting and waits until there are copies. */
async function begun(seed: number) {
  const child = start(['plant', job.folder, '--errors', '24', '--seed', String(seed), '--json']);
  const end = ended(child);
  while (child.exitCode === null && !(await copies()).length) await sleep(5);
  return { child, end };
}

describe('winnow plant', { timeout: 120_000 }, () => {
  it('killed at once, it leaves the dataset as it was, and the next run takes its copies away', async () => {
    const { child, end } = await begun(1);
    killTree(child);
    await end;
    expect(await copies()).toHaveLength(1);
    const report = await winnowJson<Report>('plant', job.folder, '--errors', '24');
    expect(report).toMatchObject({ settings: { errors: 24, seed: 1 }, all: { planted: 24 } });
    expect(Object.keys(report.classes)).toEqual(['ground', 'disc', 'box', 'bar']);
    expect(await copies()).toEqual([]);
    expect(await hashesOf(job.folder)).toEqual(before);
  });

  it('interrupted, it leaves nothing', async () => {
    const { child, end } = await begun(2);
    interrupt(child);
    expect((await end).code).toBe(130);
    expect(await copies()).toEqual([]);
    expect(await hashesOf(job.folder)).toEqual(before);
  });

  it('tells people what it found, and whoever has no scan what to do', async () => {
    const { stdout } = await winnow('plant', job.folder, '--errors', '24');
    expect(stdout).toMatch(/^24 errors planted in copies of \d+ pictures\n/);
    expect(stdout).toMatch(/^wrong-class +6 /m);
    const other = await winnow('plant', job.folder, '--project', join(job.place, 'elsewhere'));
    expect(other).toMatchObject({ code: 3, stdout: '' });
    expect(other.stderr).toMatch(/^Expected a scan/);
  });
});
