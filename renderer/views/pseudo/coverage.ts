import { confidenceByte } from '../../../common/pseudo.ts';

/** Pixels at or above a threshold, of all pixels. */
export interface Coverage {
  kept: number;
  all: number;
}

/**
 * Of one confidence histogram. A bin holds two confidence bytes; where the threshold falls between them, half of it
 * counts, so that the figure is at most half a bin off.
 */
export function coverageOf(bins: readonly number[], threshold: number): Coverage {
  const byte = confidenceByte(threshold);
  let [kept, all] = [0, 0];
  bins.forEach((count, bin) => {
    all += count;
    kept += count * Math.min(1, Math.max(0, (2 * bin + 2 - byte) / 2));
  });
  return { kept, all };
}

/** The classes' histograms taken together. */
export function sumHistograms(histogram: readonly (readonly number[])[]): number[] {
  const total = new Array<number>(histogram.at(0)?.length ?? 0).fill(0);
  for (const bins of histogram) bins.forEach((count, bin) => (total[bin] += count));
  return total;
}

/** 0..1; null where there is nothing to keep. */
export const keptShare = ({ kept, all }: Coverage): number | null => (all ? kept / all : null);
