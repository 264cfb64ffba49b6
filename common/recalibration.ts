import { binsOf, type Scores } from './scores.ts';

/**
 * How scores of this dataset are to be read as chances: logit p = shift + slope · logit score (Platt 1999). Before any
 * verdict a score is taken at its word, with the doubt that scores of a dataset never seen deserve.
 */
export interface Reading {
  shift: number;
  slope: number;
}

/** The likeliest reading, and others that verdicts and prior leave possible, with weights that come to 1. */
export interface Recalibration extends Reading {
  readings: (Reading & { weight: number })[];
}

/** Standard deviations before any verdict: odds off by a factor of 3 either way are within reach, and by more where they are long. */
export const PRIOR = { shift: 0.6, slope: 0.3 };

/** Scores nearer to 0 or 1 say no more than this. */
const LEAST = 0.002;
/** Places of the readings, in standard deviations of the posterior. */
const STEPS = [-3, -2.25, -1.5, -0.75, 0, 0.75, 1.5, 2.25, 3];
const ROUNDS = 50;

/** The chance that a case of this score is an error. */
export function chanceOf(score: number, { shift, slope }: Reading): number {
  return 1 / (1 + Math.exp(-shift - slope * logit(score)));
}

const logit = (score: number) => {
  const p = Math.min(1 - LEAST, Math.max(LEAST, score));
  return Math.log(p / (1 - p));
};

interface Seen {
  at: number;
  cases: number;
  errors: number;
}

/**
 * What verdicts say about the scores: the posterior of shift and slope, found by Newton's method and taken at the points of
 * a grid around its top (as Rue et al. 2009 do for INLA). `errors` and `fine`: the cases seen one by one, by score.
 */
export function recalibrate(errors: Scores, fine: Scores): Recalibration {
  const seen: Seen[] = [];
  for (const { cases, score } of binsOf(errors)) seen.push({ at: logit(score), cases, errors: cases });
  for (const { cases, score } of binsOf(fine)) seen.push({ at: logit(score), cases, errors: 0 });
  const top = climb(seen);
  const readings = gridAround(seen, top).map((reading) => ({ ...reading, weight: posterior(seen, reading) }));
  const best = Math.max(...readings.map(({ weight }) => weight));
  for (const reading of readings) reading.weight = Math.exp(reading.weight - best);
  const total = readings.reduce((sum, { weight }) => sum + weight, 0);
  for (const reading of readings) reading.weight /= total;
  return { ...top, readings };
}

/** Logarithm of prior × likelihood, but for a constant. */
function posterior(seen: readonly Seen[], { shift, slope }: Reading): number {
  let sum = -0.5 * ((shift / PRIOR.shift) ** 2 + ((slope - 1) / PRIOR.slope) ** 2);
  for (const { at, cases, errors } of seen) {
    const x = shift + slope * at;
    // log σ(x) and log σ(−x), without overflow.
    const soft = Math.log1p(Math.exp(-Math.abs(x)));
    sum += errors * (Math.min(x, 0) - soft) + (cases - errors) * (Math.min(-x, 0) - soft);
  }
  return sum;
}

/** Gradient and negative Hessian of the above; the prior keeps the latter positive. */
function slopesAt(seen: readonly Seen[], { shift, slope }: Reading) {
  let g0 = -shift / PRIOR.shift ** 2;
  let g1 = (1 - slope) / PRIOR.slope ** 2;
  let [h00, h01, h11] = [1 / PRIOR.shift ** 2, 0, 1 / PRIOR.slope ** 2];
  for (const { at, cases, errors } of seen) {
    const p = 1 / (1 + Math.exp(-shift - slope * at));
    const [rest, w] = [errors - cases * p, cases * p * (1 - p)];
    g0 += rest;
    g1 += rest * at;
    h00 += w;
    h01 += w * at;
    h11 += w * at * at;
  }
  return { g0, g1, h00, h01, h11, det: h00 * h11 - h01 * h01 };
}

/** The top of the posterior, which has only one; a step that would go down is halved. */
function climb(seen: readonly Seen[]): Reading {
  let at: Reading = { shift: 0, slope: 1 };
  let height = posterior(seen, at);
  for (let round = 0; round < ROUNDS; round++) {
    const { g0, g1, h00, h01, h11, det } = slopesAt(seen, at);
    const [d0, d1] = [(h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det];
    if (Math.abs(d0) + Math.abs(d1) < 1e-9) break;
    let step = 1;
    let next = at;
    let found = -Infinity;
    for (; found < height && step > 1e-6; step /= 2) {
      next = { shift: at.shift + step * d0, slope: at.slope + step * d1 };
      found = posterior(seen, next);
    }
    if (found < height) break;
    [at, height] = [next, found];
  }
  return at;
}

/** Points along the axes of the posterior's width at its top. */
function gridAround(seen: readonly Seen[], top: Reading): Reading[] {
  const { h00, h01, h11, det } = slopesAt(seen, top);
  // Cholesky factor of the inverse of the negative Hessian.
  const a = Math.sqrt(h11 / det);
  const b = -h01 / det / a;
  const c = Math.sqrt(Math.max(0, h00 / det - b * b));
  return STEPS.flatMap((u) => STEPS.map((v) => ({ shift: top.shift + a * u, slope: top.slope + b * u + c * v })));
}
