import { chanceOf, type Recalibration, type Reading } from './recalibration.ts';
import { binsOf, countOf, type Scores } from './scores.ts';
import { Z95 } from './wilson.ts';

/** A number of errors nobody has counted yet: what is expected, and a 95 % interval in whole numbers. */
export interface Estimate {
  expected: number;
  low: number;
  high: number;
}

const TAIL = 0.025;

/** Errors among cases of which only the scores are known. */
export function expectedErrors(scores: Scores, recalibration: Recalibration): Estimate {
  const cases = countOf(scores);
  const parts = recalibration.readings.map((reading) => spreadOf(scores, reading));
  /** The chance of at most n errors: normal for each reading (Poisson-binomial by its mean and variance). */
  const upTo = (n: number) =>
    parts.reduce((sum, { mean, variance }) => sum + normal(n + 0.5, mean, variance), 0) / parts.length;
  const { mean: expected } = spreadOf(scores, recalibration.likeliest);
  return {
    expected,
    low: Math.min(
      Math.floor(expected),
      least((n) => upTo(n) > TAIL, cases),
    ),
    high: Math.max(
      Math.ceil(expected),
      least((n) => upTo(n) >= 1 - TAIL, cases),
    ),
  };
}

/** Mean and variance of the number of errors: a sum of independent chances. */
function spreadOf(scores: Scores, reading: Reading): { mean: number; variance: number } {
  let [mean, variance] = [0, 0];
  for (const { cases, score } of binsOf(scores)) {
    const p = chanceOf(score, reading);
    mean += cases * p;
    variance += cases * p * (1 - p);
  }
  return { mean, variance };
}

/** The least whole number from 0 up to `most` for which `holds`, which holds from there on; `most` where it never does. */
function least(holds: (n: number) => boolean, most: number): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const normal = (x: number, mean: number, variance: number) =>
  variance < 1e-12 ? (x >= mean ? 1 : 0) : 0.5 * (1 + erf((x - mean) / Math.sqrt(2 * variance)));

/** Abramowitz and Stegun 7.1.26, off by at most 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const value = 1 - poly * Math.exp(-x * x);
  return x < 0 ? -value : value;
}

/** Errors expected in the next `cases`, highest score first. */
export function expectedNext(scores: Scores, { likeliest }: Recalibration, cases: number): number {
  let found = 0;
  for (const bin of binsOf(scores)) {
    const taken = Math.min(cases, bin.cases);
    found += taken * chanceOf(bin.score, likeliest);
    cases -= taken;
    if (cases <= 0) break;
  }
  return found;
}

/** Errors expected after so many more cases, and the band that holds them 19 times out of 20. */
export interface Ahead {
  cases: number;
  found: number;
  low: number;
  high: number;
}

/** Highest score first, from nothing on; straight between these points. */
export function expectedAhead(scores: Scores, recalibration: Recalibration): Ahead[] {
  const points: Ahead[] = [{ cases: 0, found: 0, low: 0, high: 0 }];
  const parts = recalibration.readings.map((reading) => ({ reading, mean: 0, variance: 0 }));
  let [cases, found] = [0, 0];
  for (const bin of binsOf(scores)) {
    cases += bin.cases;
    found += bin.cases * chanceOf(bin.score, recalibration.likeliest);
    for (const part of parts) {
      const p = chanceOf(bin.score, part.reading);
      part.mean += bin.cases * p;
      part.variance += bin.cases * p * (1 - p);
    }
    const mean = parts.reduce((sum, part) => sum + part.mean, 0) / parts.length;
    const spread = (part: (typeof parts)[number]) => part.variance + (part.mean - mean) ** 2;
    const half = Z95 * Math.sqrt(parts.reduce((sum, part) => sum + spread(part), 0) / parts.length);
    points.push({ cases, found, low: Math.max(0, found - half), high: Math.min(cases, found + half) });
  }
  return points;
}
