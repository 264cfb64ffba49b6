/** Area under the ROC curve: the chance that a positive scores above a negative, ties counting half; NaN without both. */
export function auroc(scored: { score: number; positive: boolean }[]): number {
  const sorted = scored.toSorted((a, b) => a.score - b.score);
  let below = 0;
  let wins = 0;
  let positives = 0;
  for (let at = 0; at < sorted.length;) {
    let end = at;
    while (end < sorted.length && sorted[end].score === sorted[at].score) end++;
    const tied = sorted.slice(at, end).filter(({ positive }) => positive).length;
    wins += tied * (below + (end - at - tied) / 2);
    positives += tied;
    below += end - at - tied;
    at = end;
  }
  return wins / (positives * below);
}

/** Share of the first `k` for which `right` holds; of all, where there are fewer. */
export function precisionAt<T>(ranked: T[], k: number, right: (one: T) => boolean): number {
  const first = ranked.slice(0, k);
  return first.filter(right).length / first.length;
}

/** Mean, over the positives, of the precision at the rank of each; ties in the order given. */
export function averagePrecision(scored: { score: number; positive: boolean }[]): number {
  const ranked = scored.toSorted((a, b) => b.score - a.score);
  let found = 0;
  let sum = 0;
  ranked.forEach(({ positive }, i) => {
    if (positive) sum += ++found / (i + 1);
  });
  return sum / found;
}
