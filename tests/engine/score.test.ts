import { describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { pictureScore, softmin } from '../../main/engine/noise/score.ts';
import { noise } from '../support/random.ts';

/** Σ s · softmax((1 − s) / 0.1) as published, on floats, pixel by pixel. */
function published(scores: number[]): number {
  const weights = scores.map((s) => Math.exp((1 - s) / 0.1));
  const total = weights.reduce((a, b) => a + b, 0);
  return scores.reduce((sum, s, i) => sum + (s * weights[i]) / total, 0);
}

describe('softmin', () => {
  it('is the published formula', () => {
    const next = noise(3);
    for (const spread of [0, 0.2, 1]) {
      const pGiven = Uint8Array.from({ length: 5000 }, () => 255 - Math.floor(next() * spread * 256));
      const given = Uint8Array.from({ length: 5000 }, () => (next() < 0.3 ? IGNORE : 1));
      const scores = [...pGiven].filter((_, i) => given[i] !== IGNORE).map((byte) => byte / 255);
      expect(softmin(pGiven, given)).toBeCloseTo(published(scores), 10);
    }
  });

  it('saturates as its users know it: one pixel in a hundred at 0 gives 0.0045', () => {
    const pGiven = Uint8Array.from({ length: 100 }, (_, i) => (i ? 255 : 0));
    expect(softmin(pGiven, new Uint8Array(100))).toBeCloseTo(0.0045, 4);
  });

  it('is 1 where nothing is labelled', () => {
    expect(softmin(new Uint8Array(4), new Uint8Array(4).fill(IGNORE))).toBe(1);
  });
});

describe('picture score', () => {
  const scoreOf = (...scores: number[]) => pictureScore(scores.map((score) => ({ score })));

  it('is 0 without cases, at least the worst case, and at most 1, in any order', () => {
    expect(scoreOf()).toBe(0);
    expect(scoreOf(0.7)).toBeCloseTo(0.7, 12);
    expect(scoreOf(0.7, 0.2)).toBeGreaterThan(0.7);
    expect(scoreOf(0.1, 0.2, 0.3, 0.7)).toBe(scoreOf(0.7, 0.3, 0.2, 0.1));
    expect(scoreOf(...Array<number>(500).fill(0.9))).toBeLessThanOrEqual(1);
  });

  it('does not grow by many weak cases', () => {
    expect(scoreOf(...Array<number>(500).fill(0.05))).toBeLessThan(scoreOf(0.2));
  });

  it('rises with the scores', () => {
    expect(scoreOf(0.7, 0.3)).toBeGreaterThan(scoreOf(0.7, 0.2));
    expect(scoreOf(0.8, 0.2)).toBeGreaterThan(scoreOf(0.7, 0.2));
  });
});
