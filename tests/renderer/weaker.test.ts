import { expect, test } from 'vitest';
import { CLASSES, FakeEngine, freshDataset, makeCase, makeResult } from './engine.ts';
import type { SampleResult } from '../../common/case.ts';
import { noScores } from '../../common/scores.ts';
import { idOf } from '../../renderer/case-key.ts';
import { EVERYTHING, type CaseFilter } from '../../renderer/case-list.ts';
import { countIn, DatasetStore } from '../../renderer/db.ts';
import { LEAST, LISTED, leastListed } from '../../renderer/least.ts';
import { Queue } from '../../renderer/queue.svelte.ts';

/** Every fourth case is worth a look; the others score from 0.001 to 0.009. */
function weakResult(sample: string, numbers: readonly number[]): SampleResult {
  const cases = numbers.map((n) => ({ ...makeCase(sample, n), score: n % 4 ? ((n % 9) + 1) / 1000 : 0.01 + n / 1000 }));
  return { ...makeResult(sample, []), cases };
}

function scanned(pictures: number, each = 40): FakeEngine {
  const engine = new FakeEngine();
  const numbers = (n: number) => Array.from({ length: each }, (_, i) => 7 * n + i);
  for (let n = 0; n < pictures; n++) engine.results.push(weakResult(`city/${n % 3}/s${n}`, numbers(n)));
  return engine;
}

async function open(engine: FakeEngine, store = new DatasetStore(freshDataset()), author = 'me') {
  const failures: unknown[] = [];
  const failed = (error: unknown) => failures.push(error);
  const queue = new Queue({ dataset: 'd', classes: CLASSES, author, engine, failed, store });
  engine.listen((event) => queue.hear(event));
  await queue.start();
  return { queue, store, failures };
}

const FILTERS: CaseFilter[] = [
  EVERYTHING,
  { ...EVERYTHING, kind: 'missing' },
  { ...EVERYTHING, class: 2 },
  { ...EVERYTHING, given: 1, proposed: 2 },
  { ...EVERYTHING, status: 'open', kind: 'extra' },
  { ...EVERYTHING, text: 'city/1/' },
  { ...EVERYTHING, text: 'TRAFFIC' },
  { ...EVERYTHING, text: 'nothing like it' },
];

/** Whatever the filter: what is listed and what is said not to be are all there is. */
async function expectNothingHidden({ queue }: { queue: Queue }, engine: FakeEngine) {
  for (const filter of FILTERS) {
    const { status: _, ...choice } = filter;
    const all = await engine.call('choose', { dataset: 'd', choice, cursor: 1e6, below: 0, after: 0, limit: 0 });
    const listed = await queue.cases.matching({ ...filter, status: null });
    expect((await queue.cases.unlisted(filter)) + listed.length).toBe(all.count);
  }
}

async function expectTrueCounts(store: DatasetStore) {
  const { tally } = await store.progress();
  expect(countIn(tally, null, null)).toBe(await store.cases.count());
  const rows = await store.cases.toArray();
  const verdicts = new Map((await store.verdicts.toArray()).map(({ id, verdict }) => [id, verdict]));
  const accepted = rows.filter(({ id }) => verdicts.get(id) === 'accept').length;
  expect(countIn(tally, null, 'accept')).toBe(accepted);
  const bySample = (await store.samples.toArray()).flatMap(({ keys }) => keys);
  expect(bySample.toSorted()).toEqual(await store.cases.toCollection().primaryKeys());
}

test('cases worth a look are listed, and for every filter it is said how many are not', async () => {
  const engine = scanned(30);
  const opened = await open(engine);
  expect(await opened.store.cases.count()).toBe(300);
  expect(opened.queue.unlisted).toBe(900);
  await expectNothingHidden(opened, engine);
  await opened.queue.show({ ...EVERYTHING, status: 'accept' });
  await expect.poll(() => opened.queue.unlisted).toBe(0);
});

test('weaker ones of a filter are listed when asked for; the others stay where they are', async () => {
  const engine = scanned(30);
  const { queue, store, failures } = await open(engine);
  const filter = { ...EVERYTHING, given: 1, proposed: 2 };
  await queue.show(filter);
  await expect.poll(() => queue.unlisted).toBe(300);
  await queue.list();
  await expect.poll(() => queue.unlisted).toBe(0);
  expect(queue.keys).toHaveLength(300);
  expect(failures).toEqual([]);
  expect(queue.current?.key).toBe(queue.keys[0]);
  expect(queue.arrived).toBe(0);
  await queue.show(EVERYTHING);
  expect(queue.keys).toHaveLength(600);
  await expectNothingHidden({ queue }, engine);
  await expectTrueCounts(store);
  // A second time, nothing is left to list.
  await queue.list();
  await queue.list();
  expect(queue.keys).toHaveLength(1200);
  await expectTrueCounts(store);
});

test('listing weaker ones tells how far it is, and stops when asked again; what is listed until then stays', async () => {
  const engine = scanned(100);
  const { queue, store, failures } = await open(engine);
  expect(queue.unlisted).toBe(3000);
  const told: (number | null)[] = [];
  engine.heard = (method, params) => {
    if (method !== 'choose' || !(params as { limit: number }).limit) return;
    told.push(queue.listing);
    void queue.list();
  };
  await queue.list();
  expect(told).toEqual([0]);
  expect(queue.listing).toBeNull();
  await expect.poll(() => queue.unlisted).toBe(1000);
  expect(queue.keys).toHaveLength(3000);
  await expectTrueCounts(store);
  engine.heard = () => void told.push(queue.listing);
  await queue.list();
  await expect.poll(() => queue.unlisted).toBe(0);
  expect(told.slice(0, 2)).toEqual([0, 0]);
  expect(failures).toEqual([]);
});

test('a weak case that another window decides is listed, and stays so when that is undone', async () => {
  const engine = scanned(6);
  const { queue, store } = await open(engine);
  const weak = engine.results[2].cases.filter(({ score }) => score < LEAST).map(({ id }) => id);
  expect(queue.keys.map(idOf)).not.toContain(weak[0]);
  engine.decide({ dataset: 'd', author: 'other', verdict: 'accept', cases: weak });
  await expect.poll(() => queue.cases.countOf(null, 'accept')).toBe(weak.length);
  expect(queue.arrived).toBe(0);
  await expectTrueCounts(store);
  await expect.poll(() => queue.unlisted).toBe(180 - weak.length);
  engine.undo({ dataset: 'd', author: 'other' });
  await expect.poll(() => queue.cases.countOf(null, 'open')).toBe(60 + weak.length);
  await expectNothingHidden({ queue }, engine);
  await expectTrueCounts(store);
});

test('a window that comes later has what is decided, however weak, and two that share a store count nothing twice', async () => {
  const engine = scanned(8);
  const first = await open(engine);
  const second = await open(engine, first.store, 'other');
  const weak = engine.results[5].cases.filter(({ score }) => score < LEAST).map(({ id }) => id);
  engine.decide({ dataset: 'd', author: 'me', verdict: 'accept', cases: weak });
  const late = await open(engine, undefined, 'late');
  for (const { queue, store } of [first, second, late]) {
    await expect.poll(() => queue.cases.countOf(null, 'accept')).toBe(weak.length);
    await expectTrueCounts(store);
    await expectNothingHidden({ queue }, engine);
  }
});

test('a picture scanned again takes the place of what was listed of it', async () => {
  const engine = scanned(4);
  const { queue, store } = await open(engine);
  await queue.list();
  expect(await store.cases.count()).toBe(160);
  engine.add(weakResult('city/0/s0', [0, 1, 2, 3]));
  await expect.poll(() => store.cases.count()).toBe(121);
  await expectTrueCounts(store);
  await queue.arrange();
  await expect.poll(() => queue.unlisted).toBe(3);
});

test('where very many are worth a look the likeliest are listed, and everything as likely as not', () => {
  const counted = (bins: Record<number, number>) => {
    const scores = noScores();
    for (const [bin, n] of Object.entries(bins)) scores.count[Number(bin)] = n;
    return scores;
  };
  expect(leastListed(noScores())).toBe(LEAST);
  expect(leastListed(counted({ 0: 1e7, 1: LISTED }))).toBe(LEAST);
  expect(leastListed(counted({ 1: LISTED, 2: 5, 90: 10 }))).toBe(0.02);
  expect(leastListed(counted({ 5: 1, 30: 2 * LISTED, 90: 10 }))).toBe(0.31);
  expect(leastListed(counted({ 30: 10, 70: 2 * LISTED }))).toBe(0.5);
});
