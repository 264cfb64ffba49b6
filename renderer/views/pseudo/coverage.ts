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

export const sumCoverage = (parts: readonly Coverage[]): Coverage =>
  parts.reduce((sum, { kept, all }) => ({ kept: sum.kept + kept, all: sum.all + all }), { kept: 0, all: 0 });

/** Share of the kept pixels expected to be right, all classes together; null unless it is known of nearly all of them. */
export function expectedShare(classes: readonly Coverage[], expected: (k: number) => number | null): number | null {
  let [right, known, all] = [0, 0, 0];
  classes.forEach(({ kept }, k) => {
    const share = kept ? expected(k) : null;
    all += kept;
    if (share === null) return;
    known += kept;
    right += share * kept;
  });
  return known > 0.95 * all ? right / known : null;
}
