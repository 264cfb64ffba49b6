import { expect, test } from 'vitest';
import { noScores } from '../../common/scores.ts';
import { FakeEngine, freshDataset, makeCase, makeResult } from './engine.ts';
import { DatasetStore, type Tally } from '../../renderer/db.ts';
import { readCase } from '../../renderer/case-list.ts';
import { storeChange, storePage } from '../../renderer/intake.ts';
import { Sync, type Changed } from '../../renderer/sync.ts';

function follow(engine: FakeEngine, store = new DatasetStore(freshDataset()), author = 'me') {
  const seen: Changed['type'][] = [];
  const failures: unknown[] = [];
  const sync = new Sync({
    store,
    engine,
    dataset: 'd',
    author,
    changed: ({ type }) => seen.push(type),
    failed: (error) => failures.push(error),
  });
  engine.listen((event) => sync.hear(event));
  return { store, sync, seen, failures };
}

/** The counts as they must be, from the rows themselves. */
async function recount(store: DatasetStore): Promise<Tally> {
  const tally: Tally = {};
  const verdicts = new Map((await store.verdicts.toArray()).map(({ id, verdict }) => [id, verdict]));
  await store.cases.each(({ id, kind }) => {
    const entry = `${kind}/${verdicts.get(id) ?? 'open'}` as const;
    tally[entry] = (tally[entry] ?? 0) + 1;
  });
  return tally;
}

const idsIn = async (store: DatasetStore) => (await store.cases.toArray()).map(({ id }) => id).sort();
const withoutZeros = (tally: Tally) => Object.fromEntries(Object.entries(tally).filter(([, n]) => n !== 0));

async function expectTrueCounts(store: DatasetStore) {
  expect(withoutZeros((await store.progress()).tally)).toEqual(await recount(store));
}

test('everything the engine has is stored, page by page, and a second start fetches nothing again', async () => {
  const engine = new FakeEngine();
  for (let n = 0; n < 450; n++) engine.results.push(makeResult(`s${n}`, [n, n + 1]));
  const { store, sync } = follow(engine);
  await sync.start();
  expect(await store.cases.count()).toBe(900);
  expect(await store.samples.count()).toBe(450);
  expect((await store.progress()).cursor).toBe(450);
  await expectTrueCounts(store);
  const before = engine.calls.filter((name) => name === 'results').length;
  expect(before).toBe(2);
  await follow(engine, store).sync.start();
  expect(engine.calls.filter((name) => name === 'results').length).toBe(before + 1);
});

test.each([
  ['few', 1, 3_000, 3],
  ['many', 100, 300, 4],
])('pages hold about as many cases where pictures have %s', async (_few, cases, pictures, pages) => {
  const engine = new FakeEngine();
  const ids = (n: number) => Array.from({ length: cases }, (_, i) => n * cases + i);
  for (let n = 0; n < pictures; n++) engine.results.push(makeResult(`s${n}`, ids(n)));
  const { store, sync } = follow(engine);
  await sync.start();
  expect(await store.cases.count()).toBe(cases * pictures);
  expect(engine.calls.filter((name) => name === 'results').length).toBe(pages);
});

test('results that come while it runs are taken in as they are announced', async () => {
  const engine = new FakeEngine();
  const { store, sync, seen } = follow(engine);
  await sync.start();
  expect(await store.cases.count()).toBe(0);
  engine.add(makeResult('a', [1, 2, 3]));
  engine.add(makeResult('b', [4]));
  await sync.settled();
  expect(await store.cases.count()).toBe(4);
  expect(seen).toContain('cases');
  await expectTrueCounts(store);
});

test('a picture scanned again replaces its cases, and keeps the verdicts of those that stayed the same', async () => {
  const engine = new FakeEngine();
  engine.results.push(makeResult('a', [1, 2, 3]), makeResult('b', [4]));
  const { store, sync } = follow(engine);
  await sync.start();
  engine.decide({ dataset: 'd', author: 'me', verdict: 'accept', cases: ['a-2'] });
  engine.add(makeResult('a', [2, 9]));
  await sync.settled();
  expect(await idsIn(store)).toEqual(['a-2', 'a-9', 'b-4']);
  expect((await readCase(store, 'a-2'))?.status).toBe('accept');
  await expectTrueCounts(store);
});

test('another scan takes the place of the stored one; verdicts stay', async () => {
  const engine = new FakeEngine();
  engine.results.push(makeResult('a', [1, 2]), makeResult('b', [3]));
  const { store, sync, seen } = follow(engine);
  await sync.start();
  engine.decide({ dataset: 'd', author: 'me', verdict: 'keep', cases: ['a-2'] });
  engine.scan = 'scan-2';
  engine.results = [];
  engine.add(makeResult('a', [2, 7]));
  await sync.settled();
  expect(await idsIn(store)).toEqual(['a-2', 'a-7']);
  expect((await readCase(store, 'a-2'))?.status).toBe('keep');
  expect(await store.progress()).toMatchObject({ scan: 'scan-2', cursor: 1, seq: 1 });
  expect(seen).toContain('scan');
  await expectTrueCounts(store);
});

test('a cache that was deleted leaves no case behind', async () => {
  const engine = new FakeEngine();
  engine.results.push(makeResult('a', [1, 2]));
  const { store, sync } = follow(engine);
  await sync.start();
  engine.scan = null;
  engine.results = [];
  await sync.start();
  expect(await store.cases.count()).toBe(0);
  expect(await store.progress()).toMatchObject({ scan: null, cursor: 0 });
});

test('a verdict may come before the results it is about', async () => {
  const engine = new FakeEngine();
  engine.decide({ dataset: 'd', author: 'me', verdict: 'ignore', cases: ['a-1'] });
  const { store, sync } = follow(engine);
  await sync.start();
  engine.add(makeResult('a', [1, 2]));
  await sync.settled();
  expect((await readCase(store, 'a-1'))?.status).toBe('ignore');
  expect((await readCase(store, 'a-2'))?.status).toBe('open');
  await expectTrueCounts(store);
});

test('missed journal lines are fetched when a later one arrives', async () => {
  const engine = new FakeEngine();
  engine.results.push(makeResult('a', [1, 2, 3]));
  const { store, sync } = follow(engine);
  await sync.start();
  engine.lines.push({ id: 'x', author: 'other', type: 'verdict', cases: [{ id: 'a-1', verdict: 'keep' }] });
  engine.decide({ dataset: 'd', author: 'other', verdict: 'accept', cases: ['a-2'] });
  await sync.settled();
  const rows = await Promise.all(['a-1', 'a-2', 'a-3'].map((id) => readCase(store, id)));
  expect(rows.map((row) => row?.status)).toEqual(['keep', 'accept', 'open']);
  expect((await store.progress()).seq).toBe(2);
  await expectTrueCounts(store);
});

test('a journal shorter than the one that was seen is another one: its word counts', async () => {
  const engine = new FakeEngine();
  engine.results.push(makeResult('a', [1, 2]));
  engine.decide({ dataset: 'd', author: 'me', verdict: 'accept', cases: ['a-1'] });
  engine.decide({ dataset: 'd', author: 'me', verdict: 'accept', cases: ['a-2'] });
  const { store, sync } = follow(engine);
  await sync.start();
  engine.lines = [];
  await sync.start();
  expect(await store.verdicts.count()).toBe(0);
  expect((await readCase(store, 'a-1'))?.status).toBe('open');
  expect((await store.progress()).seq).toBe(0);
  await expectTrueCounts(store);
});

test('two windows of one browser share a store: nothing is counted twice', async () => {
  const engine = new FakeEngine();
  for (let n = 0; n < 420; n++) engine.results.push(makeResult(`s${n}`, [n]));
  const one = follow(engine);
  const two = follow(engine, one.store, 'other');
  await Promise.all([one.sync.start(), two.sync.start()]);
  engine.decide({ dataset: 'd', author: 'me', verdict: 'accept', cases: ['s3-3', 's4-4'] });
  engine.undo({ dataset: 'd', author: 'me' });
  engine.decide({ dataset: 'd', author: 'other', verdict: 'keep', cases: ['s4-4'] });
  await Promise.all([one.sync.settled(), two.sync.settled()]);
  expect([...one.failures, ...two.failures]).toEqual([]);
  expect(await one.store.cases.count()).toBe(420);
  expect((await readCase(one.store, 's4-4'))?.status).toBe('keep');
  expect((await readCase(one.store, 's3-3'))?.status).toBe('open');
  await expectTrueCounts(one.store);
});

test('a page that another window has stored already changes nothing, the same change twice neither', async () => {
  const engine = new FakeEngine();
  engine.results.push(makeResult('a', [1, 2]));
  const { store, sync } = follow(engine);
  await sync.start();
  const page = { scan: 'scan-1', rows: [makeResult('a', [1, 2])], next: 1, more: false, scores: noScores() };
  expect(await storePage(store, page, 0)).toBe('behind');
  const change = engine.decide({ dataset: 'd', author: 'me', verdict: 'skip', cases: ['a-1', 'a-1'] });
  await sync.settled();
  await storeChange(store, change);
  await expectTrueCounts(store);
  expect((await store.progress()).tally[`${makeCase('a', 1).kind}/skip`]).toBe(1);
});

test('a failed call is told, and the next event tries again', async () => {
  const engine = new FakeEngine();
  const { store, sync, failures } = follow(engine);
  engine.away = true;
  await sync.start();
  expect(failures).toHaveLength(2);
  engine.away = false;
  engine.add(makeResult('a', [1]));
  await sync.settled();
  expect(await store.cases.count()).toBe(1);
});

test('a change of more cases than are looked up one by one counts them all', async () => {
  const engine = new FakeEngine();
  const numbers = Array.from({ length: 700 }, (_, n) => n);
  engine.results.push(makeResult('a', numbers));
  const { store, sync } = follow(engine);
  await sync.start();
  engine.decide({ dataset: 'd', author: 'me', verdict: 'accept', cases: numbers.slice(50).map((n) => `a-${n}`) });
  await sync.settled();
  await expectTrueCounts(store);
  expect(await store.verdicts.count()).toBe(650);
});
