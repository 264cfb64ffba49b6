import { describe, expect, it } from 'vitest';
import { expectedPrecision, precisionThresholds, shareThresholds } from '../../common/class-thresholds.ts';
import { CONFIDENCE_SHARES } from '../../common/insights.ts';
import { CONFIDENCE_BINS, confidenceByte, leastBytes, pixelsFrom, thresholdOf } from '../../common/pseudo.ts';
import { inShares } from '../../main/engine/measures/confidence-shares.ts';
import { noise } from '../support/random.ts';

const CLASSES = 6;
const random = noise(11);

/** Confidence bytes of the pixels proposed as each class: sure ones, unsure ones, few, all alike, none. */
const bytes = [
  Array.from({ length: 9000 }, () => Math.floor(256 * random() ** 0.2)),
  Array.from({ length: 7000 }, () => Math.floor(256 * random() ** 2)),
  Array.from({ length: 5000 }, () => Math.floor(256 * random())),
  [3, 130, 255],
  new Array<number>(500).fill(255),
  [],
];
const histogram = bytes.map((all) => {
  const bins = new Array<number>(CONFIDENCE_BINS).fill(0);
  for (const byte of all) bins[byte >> 1]++;
  return bins;
});
const keptOf = (k: number, threshold: number) => bytes[k].filter((byte) => byte >= confidenceByte(threshold)).length;

describe('a threshold', () => {
  it('with three decimals names its confidence byte', () => {
    for (let byte = 1; byte < 256; byte++) expect(confidenceByte(thresholdOf(byte))).toBe(byte);
  });

  it('for each class, all alike, is the one for all classes', () => {
    for (const threshold of [0.001, 0.5, 0.77, 0.9, 1])
      expect(leastBytes(new Array<number>(256).fill(threshold))).toEqual(leastBytes(threshold));
  });

  it('that a class lacks is reached by no confidence', () => {
    expect([...leastBytes([0.5, null, 1])].slice(0, 4)).toEqual([128, 256, 255, 256]);
    expect(pixelsFrom(histogram[4], 256)).toBe(0);
  });
});

describe('the same share of each class', () => {
  it('is kept exactly, up to one bin of two bytes, unless the floor or the last bin says otherwise', () => {
    for (const share of [0.05, 0.2, 0.5, 0.8, 1]) {
      const thresholds = shareThresholds(histogram, share, 0.001);
      for (let k = 0; k < CLASSES - 1; k++) {
        const wanted = share * bytes[k].length;
        expect(keptOf(k, thresholds[k])).toBeGreaterThanOrEqual(wanted);
        const above = confidenceByte(thresholds[k]) + 2;
        if (above <= 254) expect(keptOf(k, above / 255)).toBeLessThan(wanted);
        // What the histogram tells of it is not an estimate.
        if (thresholds[k] > 0.001)
          expect(pixelsFrom(histogram[k], confidenceByte(thresholds[k]))).toBe(keptOf(k, thresholds[k]));
      }
    }
  });

  it('is the confidence of the ⌈p N⌉-th surest pixel, rounded down to its bin', () => {
    for (const share of [0.1, 0.3, 0.7]) {
      shareThresholds(histogram, share, 0.001).forEach((threshold, k) => {
        const sorted = bytes[k].toSorted((a, b) => b - a);
        if (!sorted.length) return;
        const exact = sorted[Math.ceil(share * sorted.length) - 1];
        expect(confidenceByte(threshold)).toBe(exact < 2 ? 0 : exact - (exact % 2));
      });
    }
  });

  it('never asks for less than the floor, and rises with a smaller share', () => {
    const floor = 0.6;
    let before = new Array<number>(CLASSES).fill(0);
    for (const share of [1, 0.9, 0.5, 0.1, 0.01]) {
      const thresholds = shareThresholds(histogram, share, floor);
      thresholds.forEach((threshold, k) => {
        expect(threshold).toBeGreaterThanOrEqual(Math.max(floor, before[k]));
        expect(threshold).toBeLessThanOrEqual(1);
      });
      before = thresholds;
    }
    // All of a class that is always sure is kept at any threshold.
    expect(shareThresholds(histogram, 1, floor)).toEqual([floor, floor, floor, floor, thresholdOf(254), floor]);
  });

  it('of a class nothing is proposed as is the floor', () => {
    expect(shareThresholds(histogram, 0.5, 0.5)[5]).toBe(0.5);
  });
});

describe('an expected precision', () => {
  /** Right with as much chance as their confidence, or less. */
  const agreementOf = (pixels: number, trust: number) => {
    const counts = [true, false].map((agrees) =>
      Array.from({ length: 256 }, (_, byte) => {
        const right = Math.round((pixels * trust * byte) / 255);
        return agrees ? right : pixels - right;
      }),
    );
    return { agreeing: inShares(counts[0]), differing: inShares(counts[1]) };
  };
  const classes = [agreementOf(400, 1), agreementOf(400, 0.9), agreementOf(400, 0.5), agreementOf(3, 1)];

  it('is the share that agrees from the threshold up', () => {
    for (const threshold of [0.2, 0.5, 0.82]) {
      const from = Math.round(threshold * CONFIDENCE_SHARES);
      const sum = (counts: number[]) => counts.slice(from).reduce((a, b) => a + b, 0);
      const [right, wrong] = [sum(classes[0].agreeing), sum(classes[0].differing)];
      expect(expectedPrecision(classes[0], threshold)).toBeCloseTo(right / (right + wrong), 12);
    }
  });

  it('is reached at the lowest threshold that promises it, or nothing of the class is kept', () => {
    const thresholds = precisionThresholds(classes, 0.85, 0.5);
    expect(thresholds[2]).toBeNull();
    for (const k of [0, 1]) {
      const threshold = thresholds[k] ?? NaN;
      expect(expectedPrecision(classes[k], threshold)).toBeGreaterThanOrEqual(0.85);
      expect(expectedPrecision(classes[k], threshold - 1 / CONFIDENCE_SHARES)).toBeLessThan(0.85);
    }
    expect(thresholds[1]).toBeGreaterThan(thresholds[0] ?? NaN);
  });

  it('stands on enough pixels, and never goes below the floor', () => {
    expect(expectedPrecision(classes[3], 0.5)).toBeNull();
    expect(precisionThresholds(classes, 0.85, 0.5)[3]).toBeNull();
    expect(precisionThresholds(classes, 0.3, 0.63)).toEqual([0.63, 0.63, 0.63, null]);
  });
});
