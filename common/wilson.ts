export interface Interval {
  low: number;
  high: number;
}

/** Two-sided 95 %, standard deviations. */
export const Z95 = 1.959963984540054;

/**
 * Score interval of a share from `right` of `judged` (Wilson 1927; method 3 of Newcombe 1998, without continuity
 * correction), 0..1. `population`: how many there are in all where the judged ones were drawn from few, which narrows it to
 * the share itself once all are judged. Nothing judged says nothing: 0 to 1.
 */
export function wilson(right: number, judged: number, population = Infinity, z = Z95): Interval {
  if (judged <= 0) return { low: 0, high: 1 };
  const p = right / judged;
  const left = population === Infinity ? 1 : Math.max(0, population - judged) / Math.max(1, population - 1);
  const spread = (z * z * left) / judged;
  const middle = (p + spread / 2) / (1 + spread);
  const half = Math.sqrt(spread * p * (1 - p) + (spread * spread) / 4) / (1 + spread);
  return { low: p === 0 ? 0 : Math.max(0, middle - half), high: p === 1 ? 1 : Math.min(1, middle + half) };
}
