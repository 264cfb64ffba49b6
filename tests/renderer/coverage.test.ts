import { expect, test } from 'vitest';
import { CONFIDENCE_BINS, confidenceByte } from '../../common/pseudo.ts';
import { coverageOf, keptShare, sumHistograms } from '../../renderer/views/pseudo/coverage.ts';

/** Any fixed confidence bytes will do. */
const pixels = Array.from({ length: 5000 }, (_, i) => (i * i * 31 + i * 7) % 256);
const bins = new Array<number>(CONFIDENCE_BINS).fill(0);
for (const byte of pixels) bins[byte >> 1]++;

test('at threshold 0 everything is kept', () => {
  expect(coverageOf(bins, 0)).toEqual({ kept: pixels.length, all: pixels.length });
});

test('a higher threshold never keeps more', () => {
  let before = Infinity;
  for (let threshold = 0; threshold <= 1; threshold += 0.004) {
    const { kept } = coverageOf(bins, threshold);
    expect(kept).toBeLessThanOrEqual(before);
    before = kept;
  }
});

test('counts pixels at or above the threshold, half a bin off at most', () => {
  for (let threshold = 0; threshold <= 1; threshold += 0.01) {
    const byte = confidenceByte(threshold);
    const truth = pixels.filter((confidence) => confidence >= byte).length;
    const { kept } = coverageOf(bins, threshold);
    expect(Math.abs(kept - truth)).toBeLessThanOrEqual(byte % 2 ? bins[byte >> 1] / 2 : 0);
  }
});

test('classes add up to the whole', () => {
  const other = bins.map((count) => count * 2);
  expect(sumHistograms([bins, other])).toEqual(bins.map((count) => count * 3));
  expect(sumHistograms([])).toEqual([]);
});

test('a class that nothing is proposed as has no share', () => {
  expect(keptShare(coverageOf([], 0.9))).toBeNull();
  expect(keptShare(coverageOf(new Array<number>(CONFIDENCE_BINS).fill(0), 0.9))).toBeNull();
});
