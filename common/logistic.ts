/** Rows of a sparse matrix: those of row i are entries `start[i]` up to `start[i + 1]` of `column` and `value`. */
export interface SparseRows {
  start: Int32Array;
  column: Int32Array;
  value: Float64Array;
  columns: number;
}

/** Share of labels taken for slips: what a label that goes against all the rest can do is bounded by it. */
const SLIPS = 0.05;
const STEPS = 30;
/** Squared length of the gradient at which a fit is done. */
const DONE = 1e-12;

/**
 * Weights θ of a logistic model P(positive) = σ(offset + rows · θ), where a share of the labels is wrong by itself
 * (Copas 1988, mislabel model), with a standard normal prior on each weight: scale a column by how much it may matter. By
 * Newton's method on expected information; each step is solved by conjugate gradients, so nothing grows with the square of
 * the columns. `offset` and `positive` have one entry a row.
 */
export function fitLogistic(rows: SparseRows, offset: Float64Array, positive: readonly boolean[]): Float64Array {
  let weights = new Float64Array(rows.columns);
  let cost = costOf(rows, offset, positive, weights);
  for (let step = 0; step < STEPS; step++) {
    const { gradient, information } = slopeOf(rows, offset, positive, weights);
    if (dot(gradient, gradient) < DONE) break;
    const direction = solve(rows, information, gradient);
    const found = descend(weights, direction, cost, (tried) => costOf(rows, offset, positive, tried));
    if (!found) break;
    ({ weights, cost } = found);
  }
  return weights;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Natural log-odds of a probability, which is kept 1e-4 away from both ends. */
export function logit(p: number): number {
  const inside = Math.min(1 - 1e-4, Math.max(1e-4, p));
  return Math.log(inside / (1 - inside));
}

const labelled = (p: number) => SLIPS + (1 - 2 * SLIPS) * p;

function costOf(rows: SparseRows, offset: Float64Array, positive: readonly boolean[], weights: Float64Array): number {
  let cost = dot(weights, weights) / 2;
  times(rows, weights).forEach((sum, i) => {
    const p = sigmoid(offset[i] + sum);
    cost -= Math.log(labelled(positive[i] ? p : 1 - p));
  });
  return cost;
}

/** Uphill on the likelihood, and how much each row tells at most. */
function slopeOf(rows: SparseRows, offset: Float64Array, positive: readonly boolean[], weights: Float64Array) {
  const sums = times(rows, weights);
  const information = new Float64Array(sums.length);
  const pull = sums.map((sum, i) => {
    const p = sigmoid(offset[i] + sum);
    const rise = (1 - 2 * SLIPS) * p * (1 - p);
    information[i] = (rise * rise) / (labelled(p) * labelled(1 - p));
    return positive[i] ? rise / labelled(p) : -rise / labelled(1 - p);
  });
  const gradient = timesTransposed(rows, pull);
  for (let j = 0; j < gradient.length; j++) gradient[j] -= weights[j];
  return { gradient, information };
}

/** x with (1 + rowsᵀ · information · rows) · x = right. */
function solve(rows: SparseRows, information: Float64Array, right: Float64Array): Float64Array {
  const x = new Float64Array(right.length);
  const rest = right.slice();
  const towards = right.slice();
  const enough = 1e-10 * dot(right, right);
  let left = dot(rest, rest);
  for (let round = 0; round < right.length + 10 && left > enough; round++) {
    const told = times(rows, towards);
    for (let i = 0; i < told.length; i++) told[i] *= information[i];
    const image = timesTransposed(rows, told);
    for (let j = 0; j < image.length; j++) image[j] += towards[j];
    const far = left / dot(towards, image);
    for (let j = 0; j < x.length; j++) {
      x[j] += far * towards[j];
      rest[j] -= far * image[j];
    }
    const before = left;
    left = dot(rest, rest);
    for (let j = 0; j < x.length; j++) towards[j] = rest[j] + (left / before) * towards[j];
  }
  return x;
}

/** The farthest of ever shorter steps that is better; null: none is, so this is the best. */
function descend(from: Float64Array, direction: Float64Array, cost: number, costAt: (w: Float64Array) => number) {
  for (let far = 1; far > 1e-6; far /= 2) {
    const weights = from.map((weight, j) => weight + far * direction[j]);
    const found = costAt(weights);
    if (found < cost) return { weights, cost: found };
  }
  return null;
}

function times({ start, column, value }: SparseRows, x: Float64Array): Float64Array {
  const sums = new Float64Array(start.length - 1);
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (let e = start[i]; e < start[i + 1]; e++) sum += value[e] * x[column[e]];
    sums[i] = sum;
  }
  return sums;
}

function timesTransposed({ start, column, value, columns }: SparseRows, y: Float64Array): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < y.length; i++) {
    const by = y[i];
    for (let e = start[i]; e < start[i + 1]; e++) sums[column[e]] += value[e] * by;
  }
  return sums;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
