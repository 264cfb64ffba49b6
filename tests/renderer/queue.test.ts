import { expect, test } from 'vitest';
import { CLASSES, FakeEngine, freshDataset, makeResult } from './engine.ts';
import { countAbove, idOf } from '../../renderer/case-key.ts';
import { EVERYTHING, readCase, readCases, type CaseFilter } from '../../renderer/case-list.ts';
import { DatasetStore } from '../../renderer/db.ts';
import { Queue } from '../../renderer/queue.svelte.ts';

const NAMES = CLASSES.map(({ name }) => name);

async function open(engine: FakeEngine, author = 'me', store = new DatasetStore(freshDataset())) {
  const failures: string[] = [];
  const queue = new Queue({
    dataset: 'd',
    classes: CLASSES,
    author,
    engine,
    failed: (error) => failures.push(String(error)),
    store,
  });
  engine.listen((event) => queue.hear(event));
  await queue.start();
  return { queue, failures };
}

function scanned(pictures: number, each = 5): FakeEngine {
  const engine = new FakeEngine();
  for (let n = 0; n < pictures; n++)
    engine.results.push(
      makeResult(
        `city/${n % 3}/s${n}`,
        Array.from({ length: each }, (_, i) => n * each + i),
      ),
    );
  return engine;
}

const statusOf = async (queue: Queue, id: string) => (await readCase(queue.cases.store, id))?.status;
const idsOf = (queue: Queue) => queue.keys.map(idOf);

test('the order is worst first, whatever the filter, and holds exactly what passes', async () => {
  const { queue } = await open(scanned(40));
  const filters: CaseFilter[] = [
    EVERYTHING,
    { ...EVERYTHING, kind: 'missing' },
    { ...EVERYTHING, class: 2 },
    { ...EVERYTHING, status: 'open', kind: 'extra' },
    { ...EVERYTHING, text: 'city/1/' },
    { ...EVERYTHING, text: 'TRAFFIC' },
    { ...EVERYTHING, kind: 'boundary', class: 3, status: 'open', text: 's1' },
    { ...EVERYTHING, given: 1 },
    { ...EVERYTHING, given: 2, proposed: 3 },
    { ...EVERYTHING, text: 'nothing like it' },
    { ...EVERYTHING, status: 'accept', class: 1 },
  ];
  await queue.decideMany(idsOf(queue).slice(10, 60), 'accept');
  const all = await readCases(queue.cases.store, await queue.cases.store.cases.toCollection().primaryKeys());
  for (const filter of filters) {
    const text = filter.text.toLowerCase();
    const expected = all.filter(
      (row) =>
        (filter.kind === null || row.kind === filter.kind) &&
        (filter.status === null || row.status === filter.status) &&
        (filter.class === null || row.given === filter.class || row.proposed === filter.class) &&
        (filter.given === null || row.given === filter.given) &&
        (filter.proposed === null || row.proposed === filter.proposed) &&
        [row.sample, NAMES[row.given], NAMES[row.proposed]].some((name) => name.toLowerCase().includes(text)),
    );
    const keys = await queue.cases.matching(filter);
    expect(keys.toSorted()).toEqual(expected.map(({ key }) => key).toSorted());
    const scores = (await readCases(queue.cases.store, keys)).map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  }
});

test('the number of cases above a score is what a walk through all of them gives', async () => {
  const { queue } = await open(scanned(30));
  const keys = await queue.cases.matching(EVERYTHING);
  const rows = await readCases(queue.cases.store, keys);
  for (const score of [0, 0.25, 0.5, 0.9, 1, rows[17].score])
    expect(countAbove(keys, score)).toBe(rows.filter((row) => row.score >= score).length);
});

test('a verdict goes on to the next open case, and the decided one stays in its place', async () => {
  const { queue } = await open(scanned(4));
  const order = idsOf(queue);
  expect(queue.position).toBe(0);
  await queue.decide('accept');
  expect(queue.position).toBe(1);
  expect(idsOf(queue)).toEqual(order);
  expect(await statusOf(queue, order[0])).toBe('accept');
  expect(queue.cases.countOf(null, 'open')).toBe(order.length - 1);
});

test('a window learns of verdicts that another window of the same browser stored first', async () => {
  const engine = scanned(3);
  const one = await open(engine);
  const two = await open(engine, 'other', one.queue.cases.store);
  await Promise.all([one.queue.decide('accept'), two.queue.goTo(4)]);
  await two.queue.decide('keep');
  for (const { queue } of [one, two]) {
    await expect.poll(() => queue.cases.countOf(null, 'open')).toBe(13);
    await queue.want(0, 15);
    expect([0, 4].map((at) => queue.rowAt(at)?.status)).toEqual(['accept', 'keep']);
  }
  await one.queue.goTo(3);
  await one.queue.decide('skip');
  expect(one.queue.position).toBe(5);
});

test('the next open case is looked for from the current one on, then from the beginning', async () => {
  const { queue } = await open(scanned(1, 4));
  await queue.goTo(2);
  await queue.decide('keep');
  expect(queue.position).toBe(3);
  await queue.decide('keep');
  expect(queue.position).toBe(0);
  await queue.decide('skip');
  await queue.decide('ignore');
  expect(queue.nextOpen(0)).toBeNull();
  expect(queue.cases.countOf(null, 'open')).toBe(0);
});

test('the verdict shows at once, before the journal has answered', async () => {
  const engine = scanned(2);
  const { queue } = await open(engine);
  const row = queue.current;
  if (!row) throw new Error('no case');
  const done = queue.decide('accept');
  expect(queue.cases.statusOf(row)).toBe('accept');
  expect(row.status).toBe('open');
  await done;
  expect(await statusOf(queue, row.id)).toBe('accept');
});

test('a verdict that cannot be written is told and taken back', async () => {
  const engine = scanned(2);
  const { queue, failures } = await open(engine);
  const row = queue.current;
  if (!row) throw new Error('no case');
  engine.refuse = 'The disk is full.';
  await queue.decide('accept');
  expect(queue.cases.statusOf(row)).toBe('open');
  expect(await statusOf(queue, row.id)).toBe('open');
  expect(failures).toEqual(['Error: The disk is full.']);
});

test('undo opens the case again and goes back to it', async () => {
  const engine = scanned(3);
  const { queue } = await open(engine);
  const [first] = idsOf(queue);
  await queue.decide('accept');
  engine.undo({ dataset: 'd', author: 'me' });
  await expect.poll(() => queue.current?.id).toBe(first);
  expect(await statusOf(queue, first)).toBe('open');
});

test('what another window undoes does not take this one anywhere', async () => {
  const engine = scanned(3);
  const { queue } = await open(engine);
  await queue.decide('accept');
  const here = queue.current?.id;
  engine.undo({ dataset: 'd', author: 'other' });
  await expect.poll(() => queue.cases.countOf(null, 'open')).toBe(15);
  expect(queue.current?.id).toBe(here);
});

test('cases that come while somebody reviews wait to be taken in; the current case stays', async () => {
  const engine = scanned(3);
  const { queue } = await open(engine);
  await queue.goTo(7);
  const [order, here] = [idsOf(queue), queue.current?.id];
  engine.add(makeResult('late', [3, 4, 5, 6]));
  await expect.poll(() => queue.arrived).toBe(4);
  expect(idsOf(queue)).toEqual(order);
  expect(queue.current?.id).toBe(here);
  await queue.arrange();
  expect(queue.arrived).toBe(0);
  expect(queue.keys).toHaveLength(19);
  expect(idsOf(queue)[queue.position]).toBe(here);
});

test('whoever comes to look finds everything in its place, and stays where they were when they come back', async () => {
  const engine = scanned(3);
  const { queue } = await open(engine);
  engine.add(makeResult('late', [30, 30 + 101]));
  await expect.poll(() => queue.arrived).toBe(2);
  await queue.enter();
  expect(queue.keys).toHaveLength(17);
  expect(queue.position).toBe(0);
  await queue.step(1);
  const here = queue.current?.id;
  engine.add(makeResult('later', [30]));
  await expect.poll(() => queue.arrived).toBe(1);
  await queue.enter();
  expect(queue.current?.id).toBe(here);
});

test('the first cases of a scan appear by themselves', async () => {
  const engine = new FakeEngine();
  const { queue } = await open(engine);
  expect(queue.current).toBeNull();
  engine.add(makeResult('a', [1, 2, 3]));
  await expect.poll(() => queue.keys.length).toBe(3);
  await expect.poll(() => queue.current?.key).toBe(queue.keys[0]);
});

test('many at once are one action, and under a filter they stay listed until it is asked again', async () => {
  const engine = scanned(6);
  const { queue } = await open(engine);
  await queue.show({ ...EVERYTHING, status: 'open', kind: 'missing' });
  const ids = idsOf(queue);
  await queue.decideMany(ids, 'accept');
  expect(engine.lines).toHaveLength(1);
  expect(queue.cases.countOf('missing', 'accept')).toBe(ids.length);
  expect(idsOf(queue)).toEqual(ids);
  await queue.show(queue.filter);
  expect(queue.keys).toEqual([]);
});

test('rows are read in pages as they come into view', async () => {
  const { queue } = await open(scanned(200));
  expect(queue.rowAt(750)).toBeUndefined();
  await queue.want(745, 760);
  expect(queue.rowAt(750)?.id).toBe(idsOf(queue)[750]);
  expect(queue.rowAt(650)).toBeUndefined();
});

test('a key pressed twice before the next case has come decides one case', async () => {
  const engine = scanned(3);
  const { queue } = await open(engine);
  const [first] = idsOf(queue);
  await Promise.all([queue.decide('accept'), queue.decide('accept')]);
  expect(engine.lines.flatMap((line) => line.cases.map(({ id }) => id))).toEqual([first]);
});
