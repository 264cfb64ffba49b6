import { describe, expect, it } from 'vitest';
import { draw } from '../../common/draw.ts';
import { wilson } from '../../common/wilson.ts';

describe('the Wilson interval', () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d is the published one', (right, judged, low, high) => {
    const found = wilson(right, judged);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  it('is that of the wrong ones turned round, holds the share, and narrows as more are judged', () => {
    for (const [right, judged] of [
      [0, 1],
      [1, 1],
      [7, 30],
      [29, 30],
    ]) {
      const { low, high } = wilson(right, judged);
      const other = wilson(judged - right, judged);
      expect(other.low).toBeCloseTo(1 - high, 12);
      expect(other.high).toBeCloseTo(1 - low, 12);
      expect(low).toBeLessThanOrEqual(right / judged);
      expect(high).toBeGreaterThanOrEqual(right / judged);
      const more = wilson(4 * right, 4 * judged);
      expect(more.high - more.low).toBeLessThan(high - low);
    }
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('of a few in all narrows to the share once all are judged', () => {
    expect(wilson(3, 4, 4)).toEqual({ low: 0.75, high: 0.75 });
    const [few, many] = [wilson(9, 10, 20), wilson(9, 10, 1e9)];
    expect(few.low).toBeGreaterThan(many.low);
    expect(many.low).toBeCloseTo(wilson(9, 10).low, 6);
  });
});

describe('a draw', () => {
  it('is of different numbers, the same for the same seed, and goes on where fewer ended', () => {
    const all = draw('line', 40, 40);
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(draw('line', 40, 12)).toEqual(all.slice(0, 12));
    expect(draw('other', 40, 12)).not.toEqual(all.slice(0, 12));
    expect(draw('line', 5, 30)).toHaveLength(5);
    expect(draw('line', 0, 30)).toEqual([]);
  });

  it('takes each number equally often', () => {
    const hits = new Array<number>(10).fill(0);
    for (let n = 0; n < 4000; n++) for (const i of draw(`seed ${n}`, 10, 3)) hits[i]++;
    // 1200 expected each, standard deviation 29.
    for (const n of hits) expect(Math.abs(n - 1200)).toBeLessThan(140);
  });
});
