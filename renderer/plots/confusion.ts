/** Pixels by [given class][proposed class]. */
export type Counts = readonly (readonly number[])[];

export interface Pair {
  given: number;
  proposed: number;
  pixels: number;
  /** of all pixels given so, 0..1 */
  share: number;
}

/** Classes that are given or proposed anywhere; the others would be empty rows and columns. */
export function presentClasses(counts: Counts): number[] {
  return counts.flatMap((row, k) => (row.some(Boolean) || counts.some((other) => other[k] > 0) ? [k] : []));
}

/** Each row divided by its sum, 0..1; a row of nothing stays nothing. */
export function rowShares(counts: Counts): number[][] {
  return counts.map((row) => {
    const all = row.reduce((a, b) => a + b, 0);
    return row.map((pixels) => (all ? pixels / all : 0));
  });
}

/** What is confused, most of it first, at most `limit`. */
export function confusedPairs(counts: Counts, by: 'pixels' | 'share', limit: number): Pair[] {
  const shares = rowShares(counts);
  return counts
    .flatMap((row, given) =>
      row.map((pixels, proposed): Pair => ({ given, proposed, pixels, share: shares[given][proposed] })),
    )
    .filter(({ given, proposed, pixels }) => given !== proposed && pixels > 0)
    .sort((a, b) => b[by] - a[by] || b.pixels - a.pixels)
    .slice(0, limit);
}

/** The largest share off the diagonal: where the scale of the colours ends. 0 where nothing is confused. */
export function largestConfusion(shares: Counts): number {
  return shares.reduce((most, row, i) => row.reduce((so, share, j) => (i === j ? so : Math.max(so, share)), most), 0);
}

/** Share of all pixels whose proposal is the given class, 0..1; null: there are none. */
export function agreement(counts: Counts): number | null {
  const all = counts.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0);
  return all ? counts.reduce((sum, row, k) => sum + row[k], 0) / all : null;
}
