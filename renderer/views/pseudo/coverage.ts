import { confidenceByte, pixelsFrom } from '../../../common/pseudo.ts';

/** Pixels kept, of all pixels. */
export interface Coverage {
  kept: number;
  all: number;
}

/** Of one confidence histogram, at most half a bin off; `threshold` null: nothing is kept. */
export const coverageOf = (bins: readonly number[], threshold: number | null): Coverage => ({
  kept: threshold === null ? 0 : pixelsFrom(bins, confidenceByte(threshold)),
  all: bins.reduce((a, b) => a + b, 0),
});

/** The classes' histograms taken together. */
export function sumHistograms(histogram: readonly (readonly number[])[]): number[] {
  const total = new Array<number>(histogram.at(0)?.length ?? 0).fill(0);
  for (const bins of histogram) bins.forEach((count, bin) => (total[bin] += count));
  return total;
}

/** 0..1; null where there is nothing to keep. */
export const keptShare = ({ kept, all }: Coverage): number | null => (all ? kept / all : null);
