import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScanResult } from '../../common/scan.ts';
import { openWindow } from '../support/calls.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { built, serving, winnowJson } from '../support/program.ts';

let job: Job;

beforeAll(async () => {
  await built();
  job = await makeJob({ labelled: 14, unlabelled: 6, width: 160, height: 120 });
}, 180_000);
afterAll(() => job?.remove());

const scan = (project: string, ...more: string[]) =>
  winnowJson<ScanResult>(
    ...['scan', job.folder, '--models', job.models, '--device', 'cpu', '--processes', '1'],
    ...['--project', join(job.place, project), ...more],
  );

async function outcome(project: string) {
  const order = (rows: { id: string }[]) => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const where = ['--project', join(job.place, project)];
  return {
    images: await winnowJson('images', job.folder, ...where),
    cases: order(await winnowJson('cases', job.folder, '--masks', ...where)),
    planes: planesOf(await hashesOf(join(job.place, project, 'cache'))),
  };
}

const planesOf = (hashes: Record<string, string>) =>
  Object.fromEntries(Object.entries(hashes).filter(([name]) => name.endsWith('.planes')));

it('parts scanned by several processes at once are the whole, and an open studio sees them come', async () => {
  await scan('whole');
  const studio = await serving([job.folder, '--project', join(job.place, 'parts')]);
  const window = await openWindow(studio);
  const { id: dataset } = (await window.call('about', {})).opened[0];
  expect((await window.call('results', { dataset, after: 0, limit: 50 })).rows).toEqual([]);

  // One part twice, at the same time and once more: nothing is spoilt by it.
  const parts = await Promise.all(['1/2', '2/2', '2/2'].map((part) => scan('parts', '--shard', part)));
  for (const { scanned, cached, failed } of parts)
    expect({ done: scanned + cached, failed }).toEqual({ done: 10, failed: 0 });
  expect(await scan('parts', '--shard', '1/2')).toMatchObject({ scanned: 0, cached: 10 });
  expect(await outcome('parts')).toEqual(await outcome('whole'));

  await expect
    .poll(async () => (await window.call('results', { dataset, after: 0, limit: 50 })).rows.length, { timeout: 10_000 })
    .toBe(20);
  expect(window.events.some((event) => event.type === 'results')).toBe(true);
  window.close();
  await studio.stop();

  const left = await readdir(join(job.place, 'parts'), { recursive: true });
  expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
}, 120_000);
