import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StudioEvent } from '../../common/api.ts';
import { PLAIN } from '../../common/ensemble.ts';
import type { ScanSettings } from '../../common/scan.ts';
import { openWindow, type Window } from '../support/calls.ts';
import { ask } from '../support/http.ts';
import { makeJob, type Job } from '../support/job.ts';
import { built, serving, type Serving } from '../support/program.ts';

vi.setConfig({ testTimeout: 120_000 });

let job: Job;
let server: Serving;
let dataset: string;
let [one, two]: Window[] = [];
let settings: ScanSettings;

beforeAll(async () => {
  await built();
  job = await makeJob({ labelled: 24, unlabelled: 0, width: 320, height: 240 });
  server = await serving([job.folder]);
  [one, two] = [await openWindow(server), await openWindow(server)];
  dataset = (await one.call('about', {})).opened[0].id;
  settings = { ...PLAIN, models: [job.models], folds: null, device: 'cpu', processes: 1 };
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await job?.remove();
});

const pixels = (kind: string, sample: string) =>
  ask(server.origin, {
    path: `/assets/${dataset}/${kind}/${sample}`,
    headers: { Authorization: `Bearer ${server.token}` },
  });

const phases = (window: Window) =>
  window.events.filter((event): event is Extract<StudioEvent, { type: 'scan' }> => event.type === 'scan');

describe('a scan', () => {
  it('is stopped within half a second, by any window', async () => {
    const scan = one.call('scan', { dataset, settings });
    await vi.waitUntil(() => phases(two).some(({ state }) => state.scanned > 0), { timeout: 60_000, interval: 5 });
    const asked = performance.now();
    const ended = expect(scan).rejects.toMatchObject({ code: 'cancelled' });
    await two.call('cancel', { dataset, job: 'scan' });
    expect(performance.now() - asked).toBeLessThan(500);
    await ended;
    expect((await two.call('scanState', { dataset })).phase).toBe('cancelled');
  });

  it('goes on when the window that asked for it is gone, and is seen by the others', async () => {
    const third = await openWindow(server);
    const lost = third.call('scan', { dataset, settings }).catch(() => undefined);
    await vi.waitUntil(() => phases(two).at(-1)?.state.phase === 'running', { timeout: 60_000 });
    third.close();
    await lost;
    await vi.waitUntil(() => phases(two).at(-1)?.state.phase === 'done', { timeout: 60_000 });
    const { scanned, cached, failed } = await two.call('scanState', { dataset });
    expect({ all: scanned + cached, failed }).toEqual({ all: 24, failed: 0 });
    expect(cached).toBeGreaterThan(0);
  });

  it('runs once at a time', async () => {
    // Two from the same window come right after each other, whichever window is heard first.
    const asked = [one, two, one, two].map((window) => window.call('scan', { dataset, settings }));
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(asked.length);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'input' });
  });
});

describe('pixels by URL', () => {
  it('come with their type, whole, and with the headers of every answer', async () => {
    const thumb = await pixels('thumb', 's000?size=64');
    expect(thumb.status).toBe(200);
    expect(thumb.headers).toMatchObject({ 'content-type': 'image/jpeg', 'x-content-type-options': 'nosniff' });
    const [given, planes] = [await pixels('given', 's000'), await pixels('planes', 's000')];
    expect([given.status, given.body.length]).toEqual([200, 320 * 240]);
    expect(planes.status).toBe(200);
    expect((await pixels('given', 'nothing')).status).toBe(404);
    expect((await pixels('nothing', 's000')).status).toBe(404);
  });
});

describe('two windows on one dataset', () => {
  it('keep every verdict of each other, and undo their own', async () => {
    const { rows } = await one.call('results', { dataset, after: 0, limit: 100 });
    const ids = rows.flatMap(({ cases }) => cases).map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(12);
    const windows = [
      { window: one, author: 'one' },
      { window: two, author: 'two' },
    ];
    await Promise.all(
      ids.map((id, i) => {
        const { window, author } = windows[i % 2];
        return window.call('decide', { dataset, author, verdict: i % 2 ? 'keep' : 'accept', cases: [id] });
      }),
    );
    const { seq, cases } = await two.call('decisions', { dataset, author: 'two', since: 0 });
    expect(seq).toBe(ids.length);
    const verdicts = new Map(cases.map(({ id, verdict }) => [id, verdict]));
    expect(ids.map((id) => verdicts.get(id))).toEqual(ids.map((_, i) => (i % 2 ? 'keep' : 'accept')));

    const undone = await one.call('undo', { dataset, author: 'one' });
    expect(undone?.cases.every(({ id }) => verdicts.get(id) === 'accept')).toBe(true);
    await vi.waitUntil(() => two.events.some((event) => event.type === 'journal' && event.change.type === 'undo'));
  });

  it('may undo what a window left behind', async () => {
    const before = (await two.call('decisions', { dataset, author: 'two', since: 0 })).seq;
    one.close();
    await vi.waitUntil(async () => (await two.call('decisions', { dataset, author: 'three', since: 0 })).canUndo, {
      timeout: 5000,
    });
    const third = await openWindow(server);
    expect(await third.call('undo', { dataset, author: 'three' })).not.toBeNull();
    expect((await two.call('decisions', { dataset, author: 'two', since: before })).type).toBe('undo');
    third.close();
  });
});
