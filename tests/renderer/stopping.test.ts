import { expect, test } from 'vitest';
import { recalibrate } from '../../common/recalibration.ts';
import type { Reviewed } from '../../common/reviewed.ts';
import { noScores, scoresOf } from '../../common/scores.ts';
import { stoppingOf } from '../../common/stopping.ts';
import { keyOf, scoreOf } from '../../renderer/case-key.ts';
import { curveOf } from '../../renderer/views/review/curve.ts';
import { noise } from '../support/random.ts';
import { makeCase } from './engine.ts';

const random = noise(3);
const SCORES = Array.from({ length: 1500 }, () => random() ** 4).sort((a, b) => b - a);

/** The first `seen` cases were reviewed, every one that is not a third is an error; the next `many` were changed unseen. */
function reviewedOf(seen: number, many = 0): Reviewed {
  const isError = (_: number, i: number) => i % 3 > 0;
  const first = SCORES.slice(0, seen);
  const errors = first.filter(isError);
  const curve = [0, ...first.map((_, i) => i + 1)].map((n): [number, number] => [
    n,
    first.slice(0, n).filter(isError).length,
  ]);
  return {
    ...{ scan: 'scan-1', seq: seen, all: scoresOf(SCORES), curve, left: noScores() },
    errors: scoresOf(errors),
    fine: scoresOf(first.filter((score, i) => !isError(score, i))),
    changed: scoresOf(SCORES.slice(seen, seen + many)),
    recent: { seen: Math.min(50, seen), errors: Math.min(50, errors.length) },
  };
}

test('found, taken and left are all there is, and the share found rises as more is found', () => {
  const shares = [0, 30, 90, 300].map((seen) => {
    const { found, left, share, next } = stoppingOf(reviewedOf(seen));
    expect(next).toBeLessThanOrEqual(Math.min(50, left.expected) + 1e-9);
    expect(share?.expected).toBeCloseTo(found / Math.max(1e-9, found + left.expected), 9);
    expect(share?.low).toBeLessThanOrEqual(share?.expected ?? 0);
    expect(share?.high).toBeGreaterThanOrEqual(share?.expected ?? 1);
    return share?.expected ?? 0;
  });
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  const [alone, many] = [stoppingOf(reviewedOf(60)), stoppingOf(reviewedOf(60, 200))];
  expect(many.taken.expected + many.left.expected).toBeCloseTo(alone.left.expected, 3);
  expect(many.share?.expected).toBeGreaterThan(alone.share?.expected ?? 1);
});

test('a queue that holds nothing has no share', () => {
  const none = { errors: noScores(), fine: noScores(), changed: noScores(), left: noScores() };
  const empty = { ...reviewedOf(0), ...none, all: noScores() };
  expect(stoppingOf(empty).share).toBeNull();
  expect(curveOf(empty, stoppingOf(empty)).past).toEqual([[0, 0]]);
});

test('the curve goes on where the past ends, within the frame, and does not press the past into a corner', () => {
  for (const seen of [0, 1, 20, 90, 400, SCORES.length]) {
    const reviewed = reviewedOf(seen);
    const { past, ahead, low, high, cases, found } = curveOf(reviewed, stoppingOf(reviewed));
    expect(past).toBe(reviewed.curve);
    for (const line of [ahead, low, high]) {
      expect(line[0]).toEqual(past.at(-1));
      expect(line.map(([at]) => at)).toEqual(ahead.map(([at]) => at));
      for (const [at, errors] of line) {
        expect(at).toBeLessThanOrEqual(cases);
        expect(errors).toBeLessThanOrEqual(found);
      }
    }
    expect(cases).toBeLessThanOrEqual(Math.max(100, 4 * seen));
  }
});

test('half a million cases cost no more than a few', () => {
  const many = reviewedOf(400);
  many.all = scoresOf(Array.from({ length: 500_000 }, (_, i) => (i / 500_000) ** 4));
  const began = performance.now();
  const figures = stoppingOf(many);
  curveOf(many, figures);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(figures.left.expected).toBeGreaterThan(1_000);
});

test('a key holds the score finely enough for what is made of it', () => {
  for (const n of [0, 7, 33, 100]) {
    const row = makeCase('s', n);
    expect(scoreOf(keyOf(row))).toBeCloseTo(row.score, 4);
  }
  expect(recalibrate(noScores(), noScores()).likeliest.every((value) => value === 0)).toBe(true);
});
