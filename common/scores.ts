/** Equal bins of 0..1. */
export const SCORE_BINS = 100;

/** Cases by score: how many in each bin, and the sum of their scores there. However many cases there are, it is this small. */
export interface Scores {
  count: number[];
  sum: number[];
}

export const noScores = (): Scores => ({
  count: new Array<number>(SCORE_BINS).fill(0),
  sum: new Array<number>(SCORE_BINS).fill(0),
});

/** `by` −1 takes a case out again. */
export function addScore({ count, sum }: Scores, score: number, by: 1 | -1 = 1): void {
  const bin = Math.min(SCORE_BINS - 1, Math.max(0, Math.floor(score * SCORE_BINS)));
  count[bin] += by;
  sum[bin] += by * score;
}

export function scoresOf(scores: Iterable<number>): Scores {
  const made = noScores();
  for (const score of scores) addScore(made, score);
  return made;
}

/** Those of `all` that are in none of the `others`. */
export function without(all: Scores, ...others: Scores[]): Scores {
  const count = all.count.map((n, bin) => n - others.reduce((sum, other) => sum + other.count[bin], 0));
  // What floating point leaves of an empty bin is nothing.
  const sum = all.sum.map((s, bin) =>
    count[bin] ? s - others.reduce((total, other) => total + other.sum[bin], 0) : 0,
  );
  return { count, sum };
}

export const countOf = ({ count }: Scores): number => count.reduce((sum, n) => sum + n, 0);

/** Bins that hold something, highest score first: how many cases, and their mean score. */
export function* binsOf({ count, sum }: Scores): Generator<{ cases: number; score: number }> {
  for (let bin = SCORE_BINS - 1; bin >= 0; bin--)
    if (count[bin] > 0) yield { cases: count[bin], score: Math.min(1, Math.max(0, sum[bin] / count[bin])) };
}
