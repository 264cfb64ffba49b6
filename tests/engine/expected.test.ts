import { describe, expect, it } from 'vitest';
import { expectedAhead, expectedErrors, expectedNext } from '../../common/expected.ts';
import { cholesky, inverse, type Matrix } from '../../common/cholesky.ts';
import { chanceOf, COVARIANCE, KNOTS, recalibrate } from '../../common/recalibration.ts';
import { normalFrom } from '../../common/random.ts';
import { addScore, countOf, noScores, scoresOf, without, type Scores } from '../../common/scores.ts';
import { noise } from '../support/random.ts';

/** Of each setting of the simulation. */
const RUNS = 150;
const NONE = noScores();
const unseen = recalibrate(NONE, NONE);
const width = (scores: Scores, seen = unseen) => {
  const { low, high } = expectedErrors(scores, seen);
  return high - low;
};
/** `n` scores of a queue as scans give them: most of them low. */
const queue = (random: () => number, n: number) => Array.from({ length: n }, () => 0.01 + 0.98 * random() ** 2.5);

describe('the root of a matrix', () => {
  it('times itself is the matrix, and its inverse times the matrix is one', () => {
    const times = (a: Matrix, b: Matrix) =>
      a.map((row) => b[0].map((_, k) => row.reduce((s, v, i) => s + v * b[i][k], 0)));
    const lower = cholesky(COVARIANCE);
    const square = times(
      lower,
      COVARIANCE.map((_, i) => lower.map((row) => row[i])),
    );
    const one = times(inverse(COVARIANCE), COVARIANCE);
    COVARIANCE.forEach((row, i) =>
      row.forEach((value, k) => {
        expect(square[i][k]).toBeCloseTo(value, 9);
        expect(one[i][k]).toBeCloseTo(i === k ? 1 : 0, 6);
      }),
    );
  });
});

describe('scores', () => {
  it('taken out again leave nothing, and what is left is all without the rest', () => {
    const random = noise(1);
    const all = queue(random, 500);
    const tally = scoresOf(all);
    expect(countOf(without(tally, scoresOf(all.slice(0, 200))))).toBe(300);
    expect(without(tally, scoresOf(all.slice(0, 200)), scoresOf(all.slice(200)))).toEqual(NONE);
    for (const score of all) addScore(tally, score, -1);
    expect(countOf(tally)).toBe(0);
  });
});

describe('before any verdict', () => {
  it('scores are taken at their word', () => {
    for (const score of [0.01, 0.3, 0.5, 0.97]) expect(chanceOf(score, unseen.likeliest)).toBeCloseTo(score, 9);
    const scores = queue(noise(2), 1000);
    const { expected, low, high } = expectedErrors(scoresOf(scores), unseen);
    // A bin is taken at its mean.
    expect(expected).toBeCloseTo(
      scores.reduce((a, b) => a + b),
      6,
    );
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });

  it('nothing holds no error, and no number is below 0 or above the cases there are', () => {
    expect(expectedErrors(NONE, unseen)).toEqual({ expected: 0, low: 0, high: 0 });
    for (const scores of [[0.99], [0.01], [0.5, 0.5], Array<number>(30).fill(0.98)]) {
      const { low, high } = expectedErrors(scoresOf(scores), unseen);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(scores.length);
    }
  });
});

describe('verdicts', () => {
  const open = scoresOf(queue(noise(3), 1000));
  const at = (score: number, n: number) => scoresOf(Array<number>(n).fill(score));

  it('as the scores said narrow the interval and leave the expectation', () => {
    const seen = recalibrate(at(0.6, 60), at(0.6, 40));
    const before = expectedErrors(open, unseen).expected;
    expect(Math.abs(expectedErrors(open, seen).expected / before - 1)).toBeLessThan(0.05);
    expect(width(open, seen)).toBeLessThan(width(open));
  });

  it('of more errors than said raise it, of fewer lower it, the more the more there are', () => {
    const of = (errors: number, fine: number) =>
      expectedErrors(open, recalibrate(at(0.5, errors), at(0.5, fine))).expected;
    const said = of(0, 0);
    expect(of(8, 2)).toBeGreaterThan(said);
    expect(of(80, 20)).toBeGreaterThan(of(8, 2));
    expect(of(2, 8)).toBeLessThan(said);
    expect(of(20, 80)).toBeLessThan(of(2, 8));
  });

  it('of many are what counts: the reading is the true one', () => {
    const random = noise(4);
    const truth = KNOTS.map((knot) => 0.7 * Math.sin(knot / 2) - 0.4);
    const [errors, fine] = [noScores(), noScores()];
    for (const score of queue(random, 60_000)) addScore(random() < chanceOf(score, truth) ? errors : fine, score);
    const { likeliest } = recalibrate(errors, fine);
    for (const score of [0.02, 0.05, 0.2, 0.5, 0.8, 0.95])
      expect(Math.abs(chanceOf(score, likeliest) - chanceOf(score, truth))).toBeLessThan(0.03);
  });

  it('on high scores say little about low ones', () => {
    const low = at(0.02, 2000);
    const before = expectedErrors(low, unseen);
    const after = expectedErrors(low, recalibrate(at(0.9, 40), at(0.9, 40)));
    expect(after.expected).toBeGreaterThan(0.4 * before.expected);
    // In multiples of what is expected: the doubt about low scores stays.
    expect((after.high - after.low) / after.expected).toBeGreaterThan(
      (0.7 * (before.high - before.low)) / before.expected,
    );
    const own = expectedErrors(low, recalibrate(at(0.02, 40), at(0.02, 1960)));
    expect(own.high - own.low).toBeLessThan(0.5 * (before.high - before.low));
  });

  it('all alike do not send it to infinity', () => {
    const { likeliest } = recalibrate(at(0.9, 5000), NONE);
    for (const value of likeliest) expect(Math.abs(value)).toBeLessThan(8);
  });
});

describe('the interval', () => {
  /** How often it holds the number of errors really left when scores are wrong as the prior says they may be. */
  function coverage(cases: number, reviewed: number): number {
    const random = noise(cases + reviewed);
    const lower = cholesky(COVARIANCE);
    let held = 0;
    for (let run = 0; run < RUNS; run++) {
      const z = KNOTS.map(() => normalFrom(random));
      const truth = lower.map((row) => row.reduce((sum, value, i) => sum + value * z[i], 0));
      const scores = queue(random, cases).sort((a, b) => b - a);
      const errors = scores.map((score) => random() < chanceOf(score, truth));
      const seen = [true, false].map((error) => scoresOf(scores.filter((_, i) => i < reviewed && errors[i] === error)));
      const left = errors.slice(reviewed).filter(Boolean).length;
      const { low, high } = expectedErrors(scoresOf(scores.slice(reviewed)), recalibrate(seen[0], seen[1]));
      if (left >= low && left <= high) held++;
    }
    return held / RUNS;
  }

  // 95 %, within 3.5 standard deviations of so many runs; whole numbers make it a little too wide where few are left.
  it.each([
    [400, 0],
    [400, 40],
    [400, 200],
    [400, 380],
    [3000, 100],
    [3000, 600],
  ])('of %d cases, %d of them reviewed, holds the truth as often as it says', (cases, reviewed) => {
    const share = coverage(cases, reviewed);
    expect(share).toBeGreaterThan(0.88);
    expect(share).toBeLessThan(1);
  });
});

describe('what lies ahead', () => {
  it('rises to all that is expected, ever more slowly, highest scores first', () => {
    const open = scoresOf(queue(noise(5), 800));
    const points = expectedAhead(open, unseen);
    expect(points[0]).toEqual({ cases: 0, found: 0, low: 0, high: 0 });
    expect(points.at(-1)?.cases).toBe(800);
    expect(points.at(-1)?.found).toBeCloseTo(expectedErrors(open, unseen).expected, 6);
    const rates = points.slice(1).map(({ cases, found }, i) => (found - points[i].found) / (cases - points[i].cases));
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    for (const { cases, found, low, high } of points) {
      expect([low <= found, found <= high, high <= cases]).toEqual([true, true, true]);
      expect(expectedNext(open, unseen, cases)).toBeCloseTo(found, 6);
    }
    expect(expectedNext(open, unseen, 1e9)).toBeCloseTo(points.at(-1)?.found ?? 0, 6);
  });
});
