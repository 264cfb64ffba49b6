export interface Fit {
  intercept: number;
  weights: number[];
}

/**
 * Logistic regression by Newton's method with an L2 penalty on standardised terms; weights are returned for the terms as
 * they came. `rows` all have the same length.
 */
export function fitLogistic(rows: number[][], positive: boolean[], penalty = 3): Fit {
  const { mean, deviation } = moments(rows);
  const size = mean.length + 1;
  let weights = new Array<number>(size).fill(0);
  for (let step = 0; step < 25; step++) {
    const gradient = weights.map((weight, j) => (j ? penalty * weight : 0));
    const hessian = weights.map((_, j) => weights.map((_, k) => (j === k && j ? penalty : 0)));
    rows.forEach((row, i) => {
      const z = [1, ...row.map((value, j) => (value - mean[j]) / deviation[j])];
      const p = sigmoid(dot(weights, z));
      for (let j = 0; j < size; j++) {
        gradient[j] += (p - (positive[i] ? 1 : 0)) * z[j];
        for (let k = 0; k < size; k++) hessian[j][k] += p * (1 - p) * z[j] * z[k];
      }
    });
    const change = solve(hessian, gradient);
    weights = weights.map((weight, j) => weight - change[j]);
    if (Math.max(...change.map(Math.abs)) < 1e-6) break;
  }
  const raw = weights.slice(1).map((weight, j) => weight / deviation[j]);
  return { intercept: weights[0] - dot(raw, mean), weights: raw };
}

export const probability = ({ intercept, weights }: Fit, row: number[]): number =>
  sigmoid(intercept + dot(weights, row));

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const dot = (a: number[], b: number[]) => a.reduce((sum, one, i) => sum + one * b[i], 0);

function moments(rows: number[][]) {
  const mean = rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  const deviation = mean.map((middle, j) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[j] - middle) ** 2, 0) / rows.length),
  );
  return { mean, deviation };
}

/** x with matrix · x = right: Gaussian elimination with partial pivoting. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = right.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column + 1; i < size; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = rows[i][column] / rows[column][column];
      for (let k = column; k <= size; k++) rows[i][k] -= factor * rows[column][k];
    }
  }
  return rows.map((row, i) => row[size] / row[i]);
}
