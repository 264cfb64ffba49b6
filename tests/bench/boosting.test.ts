import { describe, expect, it } from 'vitest';
import { boost } from '../../bench/quality/boosting.ts';
import { auroc } from '../../bench/quality/measures.ts';
import { margin, readForest } from '../../main/engine/noise/forest.ts';
import { noise } from '../support/random.ts';

const SETTINGS = { trees: 40, leaves: 8, rate: 0.2, leastRows: 20, penalty: 1 };
const next = noise(5);
const rows = Array.from({ length: 1500 }, () =>
  Array.from({ length: 4 }, () => Math.round(2000 * next() - 1000) / 1000),
);
/** What no line tells apart: positive where the first two have the same sign. */
const positive = rows.map(([a, b]) => a * b > 0);
const even = rows.map(() => 1);

const judged = (written: ReturnType<typeof boost>, positive: boolean[]) => {
  const forest = readForest(written);
  return auroc(rows.map((row, i) => ({ score: margin(forest, row), positive: positive[i] })));
};

describe('boosting', () => {
  it('finds what goes with what', () => {
    expect(judged(boost(rows, positive, even, SETTINGS), positive)).toBeGreaterThan(0.98);
  });

  it('ends where the mean of its probabilities is the share of positives', () => {
    const forest = readForest(boost(rows, positive, even, SETTINGS));
    const mean = rows.reduce((sum, row) => sum + 1 / (1 + Math.exp(-margin(forest, row))) / rows.length, 0);
    expect(mean).toBeCloseTo(positive.filter(Boolean).length / rows.length, 2);
  });

  it('takes a weight of three for three rows alike', () => {
    const weights = rows.map((_, i) => (i % 2 ? 3 : 1));
    const repeated = rows.flatMap((_, i) => Array<number>(weights[i]).fill(i));
    const settings = { ...SETTINGS, leastRows: 0, trees: 3 };
    const weighted = boost(rows, positive, weights, settings);
    const again = boost(repeated.map((i) => rows[i]), repeated.map((i) => positive[i]), repeated.map(() => 1), settings); // prettier-ignore
    // Bins hold equally many rows, so edges differ a little between the two.
    const [a, b] = [readForest(weighted), readForest(again)];
    const apart = rows.map((row) => Math.abs(margin(a, row) - margin(b, row)));
    expect(weighted.base).toBeCloseTo(again.base, 12);
    expect(apart.reduce((x, y) => x + y) / rows.length).toBeLessThan(0.1);
  });

  it('gives no leaf fewer rows than it must hold', () => {
    const { trees } = boost(rows, positive, even, { ...SETTINGS, leastRows: 400 });
    for (const tree of trees) {
      const held = new Map<number, number>();
      for (const row of rows) {
        let at = 0;
        for (let node = tree[at]; typeof node !== 'number'; node = tree[at])
          at = node[2] + (row[node[0]] > node[1] ? 1 : 0);
        held.set(at, (held.get(at) ?? 0) + 1);
      }
      expect(Math.min(...held.values())).toBeGreaterThanOrEqual(400);
    }
  });

  it('tells nothing apart that is drawn by chance', () => {
    const chance = rows.map(() => next() < 0.5);
    const half = rows.length / 2;
    const forest = readForest(boost(rows.slice(0, half), chance.slice(0, half), even.slice(0, half), SETTINGS));
    const other = rows.slice(half).map((row, i) => ({ score: margin(forest, row), positive: chance[half + i] }));
    expect(Math.abs(auroc(other) - 0.5)).toBeLessThan(0.08);
  });
});
