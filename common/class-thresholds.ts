import { CONFIDENCE_SHARES, type ClassInsight } from './insights.ts';
import { confidenceByte, thresholdOf } from './pseudo.ts';

/** Below it a proposal is more likely wrong than right, as far as its confidence keeps its word. */
export const FLOOR = 0.5;

/** Labelled pixels a precision has to stand on. */
const LEAST_PIXELS = 1000;

/**
 * Thresholds by class that keep the same share of every class (class-balanced self-training, Zou et al., ECCV 2018): the
 * threshold of class k is the confidence that the `share` of its proposed pixels it is surest of reaches. They lie at the
 * edges of bins, where counts are exact: at least the share is kept, and less than it one bin (2/255) higher. None is below
 * `floor`, so of a class that is seldom sure less is kept; none is above 254/255, the last edge, so what lies there is kept
 * whatever the share. `histogram`: [class index][bin] as in PseudoSummary; `share` and `floor` over 0 and up to 1.
 */
export function shareThresholds(histogram: readonly (readonly number[])[], share: number, floor: number): number[] {
  return histogram.map((bins) => {
    const wanted = share * bins.reduce((a, b) => a + b, 0);
    let bin = bins.length - 1;
    for (let kept = bins[bin]; kept < wanted && bin > 0;) kept += bins[--bin];
    return 2 * bin <= confidenceByte(floor) || !wanted ? floor : thresholdOf(2 * bin);
  });
}

/** What held-out labels say of one class: pixels proposed as it, by confidence, apart by whether the given label agrees. */
export type Agreement = Pick<ClassInsight, 'agreeing' | 'differing'>;

/**
 * Thresholds by class that promise a precision: the lowest edge of the bins of an Agreement, from `floor` up, from which on
 * a share of `precision` or more agrees with the given label. null where there is none, or where it would stand on too few
 * pixels. By class index; `precision` and `floor` over 0 and up to 1.
 */
export function precisionThresholds(
  classes: readonly Agreement[],
  precision: number,
  floor: number,
): (number | null)[] {
  return classes.map((one) => {
    for (let bin = 0; bin < CONFIDENCE_SHARES; bin++) {
      if ((bin + 1) / CONFIDENCE_SHARES <= floor) continue;
      const threshold = Math.max(floor, bin / CONFIDENCE_SHARES);
      const expected = expectedPrecision(one, threshold);
      if (expected !== null && expected >= precision) return threshold;
    }
    return null;
  });
}

/**
 * Share of the pixels proposed as a class with at least this confidence whose given label agrees, 0..1; null where too few
 * are. A threshold inside a bin takes the whole bin in.
 */
export function expectedPrecision({ agreeing, differing }: Agreement, threshold: number): number | null {
  let [right, all] = [0, 0];
  for (let bin = CONFIDENCE_SHARES - 1; bin >= 0 && (bin + 1) / CONFIDENCE_SHARES > threshold; bin--) {
    right += agreeing[bin];
    all += agreeing[bin] + differing[bin];
  }
  return all >= LEAST_PIXELS ? right / all : null;
}
