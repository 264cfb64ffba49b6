import { describe, expect, it } from 'vitest';
import { keyOf } from '../../renderer/case-key.ts';
import { asLearned, asScanned } from '../../renderer/views/review/many.ts';

const SCORES = [0.9, 0.8, 0.5, 0.5, 0.1];
const keys = SCORES.map((score, n) => keyOf({ id: `c${n}`, kind: 'wrong-class', given: 0, proposed: 1, score }));
const LEARNED: Record<string, number> = { c0: 0.2, c1: 0.8, c2: 0.95, c4: 0.7 };

describe('many cases by one score', () => {
  it('as scanned: in the order of their keys, those up to and with the score', () => {
    const ranked = asScanned(keys);
    expect(ranked.keys).toBe(keys);
    expect([0.95, 0.9, 0.5, 0].map((least) => ranked.reaching(least))).toEqual([0, 1, 4, 5]);
    for (const [n, score] of SCORES.entries()) expect(ranked.scoreAt(n)).toBeCloseTo(score, 4);
  });

  it('as learned: in the order of what was learned, without those of which nothing was', () => {
    const ranked = asLearned(keys, (id) => LEARNED[id]);
    expect(ranked.keys).toEqual([keys[2], keys[1], keys[4], keys[0]]);
    expect([1, 0.95, 0.71, 0.7, 0].map((least) => ranked.reaching(least))).toEqual([0, 1, 2, 3, 4]);
    expect([0, 1, 2, 3].map((n) => ranked.scoreAt(n))).toEqual([0.95, 0.8, 0.7, 0.2]);
  });

  it('has nothing to choose from where there is nothing', () => {
    for (const ranked of [asScanned([]), asLearned(keys, () => undefined)]) {
      expect(ranked.keys).toEqual([]);
      expect(ranked.reaching(0)).toBe(0);
    }
  });
});
