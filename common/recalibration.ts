import { cholesky, inverse, solve, solveUpper, type Matrix } from './cholesky.ts';
import { normalFrom, randomFrom } from './random.ts';
import { binsOf, noScores, type Scores } from './scores.ts';

/**
 * How scores of this dataset are to be read as chances: logit p = logit score + what is added there, which is given at the
 * knots and straight in between. Before any verdict a score is taken at its word.
 */
export type Reading = readonly number[];

/** The likeliest reading, and others that verdicts and prior leave possible, each as likely as the next. */
export interface Recalibration {
  likeliest: Reading;
  readings: Reading[];
}

/** Logits at which a reading is given. */
const FIRST = -6;
const SPACE = 1.5;
export const KNOTS = Array.from({ length: 9 }, (_, i) => FIRST + SPACE * i);

/**
 * A priori what is added is a Gaussian process: one amount for all scores, and one that changes along them, so that verdicts
 * on high scores say little about low ones. Standard deviations and length in logits: odds that are off by a factor of 2 to
 * 5 are within reach, as found when scores fitted on one dataset are used on another.
 */
export const PRIOR = { common: 0.5, local: 0.7, length: 1.5 };

/** Scores nearer to 0 or 1 say no more than this. */
const LEAST = 0.002;
/** Readings drawn, half of them the mirror images of the others. */
const DRAWS = 320;
const ROUNDS = 50;

/** Covariance of what is added at the knots. */
export const COVARIANCE: Matrix = KNOTS.map((a) =>
  KNOTS.map(
    (b) =>
      PRIOR.common ** 2 + PRIOR.local ** 2 * (Math.exp(-0.5 * ((a - b) / PRIOR.length) ** 2) + (a === b ? 1e-4 : 0)),
  ),
);
const PRECISION = inverse(COVARIANCE);

/** Always the same, so that figures change by verdicts and by nothing else. */
const NORMALS = (() => {
  const random = randomFrom(2);
  const half = Array.from({ length: DRAWS / 2 }, () => KNOTS.map(() => normalFrom(random)));
  return [...half, ...half.map((draw) => draw.map((z) => -z))];
})();

/** The chance that a case of this score is an error. */
export function chanceOf(score: number, reading: Reading): number {
  const at = logit(score);
  const { knot, share } = placeOf(at);
  return sigmoid(at + (1 - share) * reading[knot] + share * reading[knot + 1]);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const logit = (score: number) => {
  const p = Math.min(1 - LEAST, Math.max(LEAST, score));
  return Math.log(p / (1 - p));
};

/** Between which knots, and how far on the way to the second. */
function placeOf(at: number): { knot: number; share: number } {
  const place = Math.min(KNOTS.length - 1, Math.max(0, (at - FIRST) / SPACE));
  const knot = Math.min(KNOTS.length - 2, Math.floor(place));
  return { knot, share: place - knot };
}

/** Cases of about one score that were seen. */
interface Seen {
  at: number;
  knot: number;
  share: number;
  cases: number;
  errors: number;
}

/**
 * What verdicts say about the scores: the posterior of the reading, in Laplace's approximation (Rasmussen and Williams 2006,
 * section 3.4). `errors` and `fine`: the cases seen one by one, by score.
 */
export function recalibrate(errors: Scores, fine: Scores): Recalibration {
  const seen: Seen[] = [];
  const add = (scores: Scores, share: number) => {
    for (const { cases, score } of binsOf(scores))
      seen.push({ at: logit(score), ...placeOf(logit(score)), cases, errors: share * cases });
  };
  add(errors, 1);
  add(fine, 0);
  const likeliest = climb(seen);
  const lower = cholesky(slopesAt(seen, likeliest).curvature);
  const readings = NORMALS.map((normals) => {
    const away = solveUpper(lower, normals);
    return likeliest.map((value, i) => value + away[i]);
  });
  return { likeliest, readings };
}

/** Logarithm of prior × likelihood, but for a constant. */
function posterior(seen: readonly Seen[], reading: Reading): number {
  let sum = -0.5 * reading.reduce((total, value, i) => total + value * dot(PRECISION[i], reading), 0);
  for (const { at, knot, share, cases, errors } of seen) {
    const x = at + (1 - share) * reading[knot] + share * reading[knot + 1];
    // log σ(x) and log σ(−x), without overflow.
    const soft = Math.log1p(Math.exp(-Math.abs(x)));
    sum += errors * (Math.min(x, 0) - soft) + (cases - errors) * (Math.min(-x, 0) - soft);
  }
  return sum;
}

/** Gradient and negative Hessian of the above; the prior keeps the latter positive. */
function slopesAt(seen: readonly Seen[], reading: Reading) {
  const gradient = reading.map((_, i) => -dot(PRECISION[i], reading));
  const curvature = PRECISION.map((row) => [...row]);
  for (const { at, knot, share, cases, errors } of seen) {
    const near = 1 - share;
    const p = sigmoid(at + near * reading[knot] + share * reading[knot + 1]);
    const [rest, weight] = [errors - cases * p, cases * p * (1 - p)];
    gradient[knot] += rest * near;
    gradient[knot + 1] += rest * share;
    curvature[knot][knot] += weight * near * near;
    curvature[knot][knot + 1] += weight * near * share;
    curvature[knot + 1][knot] += weight * near * share;
    curvature[knot + 1][knot + 1] += weight * share * share;
  }
  return { gradient, curvature };
}

/** The top of the posterior, which has only one; a step that would go down is halved. */
function climb(seen: readonly Seen[]): number[] {
  let at = KNOTS.map(() => 0);
  let height = posterior(seen, at);
  for (let round = 0; round < ROUNDS && seen.length; round++) {
    const { gradient, curvature } = slopesAt(seen, at);
    const step = solve(cholesky(curvature), gradient);
    if (step.every((by) => Math.abs(by) < 1e-9)) break;
    let length = 1;
    let next = at;
    let found = -Infinity;
    for (; found < height && length > 1e-6; length /= 2) {
      next = at.map((value, i) => value + length * step[i]);
      found = posterior(seen, next);
    }
    if (found < height) break;
    [at, height] = [next, found];
  }
  return at;
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Without any verdict, with all the doubt there is then; for scores that hold already what verdicts said. */
export const AT_THEIR_WORD: Recalibration = recalibrate(noScores(), noScores());
