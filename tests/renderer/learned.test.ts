import { describe, expect, it } from 'vitest';
import { CLASSES, FakeEngine, freshDataset, makeCase } from './engine.ts';
import { idOf } from '../../renderer/case-key.ts';
import { EVERYTHING } from '../../renderer/case-list.ts';
import { DatasetStore } from '../../renderer/db.ts';
import { Queue } from '../../renderer/queue.svelte.ts';
import { reorder } from '../../renderer/reorder.ts';

/** `count` cases in pictures of their own, best first: c0 given as road, c1 as tree, and so on by turns. */
async function open(count = 40, store = new DatasetStore(freshDataset()), engine = new FakeEngine()) {
  if (!engine.results.length)
    engine.results = Array.from({ length: count }, (_, n) => ({
      ...{ sample: `c${n}`, score: 0.5, softmin: 0.5, labelled: true, heldOut: true, width: 100, height: 100 },
      cases: [{ ...makeCase(`c${n}`, 0), given: n % 2, proposed: 3, score: 0.6 - n / 200 }],
    }));
  const setting = {
    dataset: 'd',
    classes: CLASSES,
    author: 'me',
    engine,
    store,
    failed: (error: unknown) => {
      throw error;
    },
  };
  const queue = new Queue(setting);
  engine.listen((event) => queue.hear(event));
  await queue.start();
  return { queue, engine, store };
}

const numbersOf = (queue: Queue) => queue.keys.map((key) => Number(idOf(key).split('-')[0].slice(1)));
const ordered = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
/** Road is an error, tree is none: as told by whoever reviews. */
const verdictOf = (queue: Queue) => (queue.current?.given === 0 ? 'accept' : 'keep');

async function review(queue: Queue, count: number) {
  const lessons = queue.cases.learning.lessons;
  for (let n = 0; n < count; n++) await queue.decide(verdictOf(queue));
  await expect.poll(() => queue.cases.learning.lessons).toBe(lessons + count);
}

describe('the learned order', () => {
  it('is the order of the scan before the first verdict, and after the last was taken back', async () => {
    const { queue, engine } = await open();
    const scanned = numbersOf(queue);
    expect(scanned).toEqual(ordered(scanned));
    await review(queue, 1);
    engine.undo({ dataset: 'd', author: 'me' });
    await expect.poll(() => queue.cases.learning.lessons).toBe(0);
    expect(numbersOf(queue)).toEqual(scanned);
  });

  it('ranks what comes later, and leaves the case in view, the next three and all decided ones where they are', async () => {
    const { queue } = await open();
    for (let n = 0; n < 8; n++) {
      const [before, here] = [numbersOf(queue), queue.position];
      await review(queue, 1);
      const after = numbersOf(queue);
      expect(after.slice(0, here + 4)).toEqual(before.slice(0, here + 4));
      expect(ordered(after)).toEqual(ordered(before));
      expect(queue.position).toBe(here + 1);
    }
    const later = numbersOf(queue).slice(queue.position + 4);
    const half = later.length / 2;
    const roads = (numbers: number[]) => numbers.filter((n) => n % 2 === 0).length;
    expect(roads(later.slice(0, half))).toBeGreaterThan(roads(later.slice(half)) + 4);
  });

  it('moves nothing that is in view', async () => {
    const { queue } = await open();
    await queue.want(14, 24);
    const before = numbersOf(queue);
    await review(queue, 6);
    const after = numbersOf(queue);
    expect(after.slice(14, 24)).toEqual(before.slice(14, 24));
    expect(after.slice(24)).not.toEqual(before.slice(24));
  });

  it('is one key away from the order of the scan, and back, while the case in view stays', async () => {
    const { queue } = await open();
    await review(queue, 8);
    const here = queue.current?.id;
    await queue.turnOrder();
    expect(numbersOf(queue)).toEqual(ordered(numbersOf(queue)));
    expect(queue.current?.id).toBe(here);
    expect(queue.position).toBe(queue.keys.findIndex((key) => idOf(key) === here));
    const row = queue.current;
    if (!row) throw new Error('no case');
    expect(queue.scoreOf(row)).toBe(row.score);
    await review(queue, 1);
    expect(numbersOf(queue)).toEqual(ordered(numbersOf(queue)));
    await queue.turnOrder();
    expect(numbersOf(queue)).not.toEqual(ordered(numbersOf(queue)));
    expect(queue.scoreOf(row)).not.toBe(row.score);
  });

  it('learns nothing from a bulk, from skipping, or from a whole picture', async () => {
    const { queue } = await open();
    await queue.decideMany(queue.keys.slice(20, 30).map(idOf), 'accept');
    await queue.decide('skip');
    await expect.poll(() => queue.cases.countOf(null, 'skip')).toBe(1);
    expect(queue.cases.learning.lessons).toBe(0);
    await review(queue, 1);
    await queue.decideMany(queue.keys.slice(0, 10).map(idOf), 'accept');
    await expect.poll(() => queue.cases.learning.lessons).toBe(0);
  });

  it('is the same after a reload and in another window', async () => {
    const { queue, engine, store } = await open();
    await review(queue, 8);
    const other = await open(0, store, engine);
    await queue.arrange();
    expect(numbersOf(other.queue)).toEqual(numbersOf(queue));
    expect(other.queue.cases.learning.lessons).toBe(8);
    const scores = ({ cases }: Queue) => queue.keys.map((key) => cases.learning.scoreOf(idOf(key)));
    expect(scores(other.queue)).toEqual(scores(queue));
    const fresh = await open(0, undefined, engine);
    expect(numbersOf(fresh.queue)).toEqual(numbersOf(queue));
  });

  it('holds under a filter; choosing many goes by the score of the scan', async () => {
    const { queue } = await open();
    await review(queue, 8);
    await queue.show({ ...EVERYTHING, status: 'open', class: 0 });
    expect(numbersOf(queue).every((n) => n % 2 === 0 && n >= 8)).toBe(true);
    const all = await queue.cases.matching(EVERYTHING);
    expect(all).toEqual([...all].sort());
  });
});

describe('ranking anew', () => {
  const keys = Array.from('abcdefgh');
  const score: Record<string, number> = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 };
  const ranking = { isRanked: () => true, isFree: () => true, scoreOf: (key: string) => score[key] };

  it('shares the free places among those that were there', () => {
    expect(reorder(keys, 0, ranking).keys.join('')).toBe('hgfedcba');
    expect(reorder(keys, 3, ranking).keys.join('')).toBe('abchgfed');
    const fixed = { ...ranking, isFree: (key: string) => !'bf'.includes(key) };
    expect(reorder(keys, 0, fixed)).toEqual({ keys: Array.from('hbgedfca'), raised: 0 });
    const few = { ...ranking, isRanked: (key: string) => key < 'd' };
    expect(reorder(keys, 0, few).keys.join('')).toBe('cbadefgh');
  });

  it('counts what comes into the next fifty', () => {
    const many = Array.from({ length: 200 }, (_, i) => String(i).padStart(3, '0'));
    const best = new Set(['020', '060', '150']);
    expect(reorder(many, 0, { ...ranking, scoreOf: (key) => (best.has(key) ? 1 : 0) }).raised).toBe(2);
  });

  it('leaves ties in the order of the scan, and a list without change as it is', () => {
    const same = reorder(keys, 0, { ...ranking, scoreOf: () => 0.5 });
    expect(same.keys).toBe(keys);
    expect(same.raised).toBe(0);
  });
});
