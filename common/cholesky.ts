/** Symmetric positive definite matrices by rows, for a handful of unknowns. */
export type Matrix = number[][];

/** The lower triangle L with L·Lᵀ = `a`. */
export function cholesky(a: Matrix): Matrix {
  const lower = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i][j];
      for (let k = 0; k < j; k++) rest -= lower[i][k] * lower[j][k];
      lower[i][j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / lower[j][j];
    }
  }
  return lower;
}

/** x with L·x = `b`. */
export function solveLower(lower: Matrix, b: readonly number[]): number[] {
  const x: number[] = [];
  for (let i = 0; i < b.length; i++) {
    let rest = b[i];
    for (let k = 0; k < i; k++) rest -= lower[i][k] * x[k];
    x.push(rest / lower[i][i]);
  }
  return x;
}

/** x with Lᵀ·x = `b`. */
export function solveUpper(lower: Matrix, b: readonly number[]): number[] {
  const x = [...b];
  for (let i = b.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < b.length; k++) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}

/** x with L·Lᵀ·x = `b`. */
export const solve = (lower: Matrix, b: readonly number[]): number[] => solveUpper(lower, solveLower(lower, b));

export const inverse = (a: Matrix): Matrix => {
  const lower = cholesky(a);
  return a.map((row, i) =>
    solve(
      lower,
      row.map((_, k) => (k === i ? 1 : 0)),
    ),
  );
};
