/** Bins of the confidence histograms: bin b counts pixels with confidence byte 2b or 2b+1 (128 bins over 0..1). */
export const CONFIDENCE_BINS = 128;

/**
 * Confidence that a proposed pixel has to reach to be kept, over 0 and up to 1: one threshold for all classes, or one for
 * each class index; null: nothing of this class is kept.
 */
export type Threshold = number | readonly (number | null)[];

/** What a pseudo-label was accepted at: one threshold, or one by class; those are in its line of the journal. */
export type AcceptedAt = number | 'by class';

/** Confidence of every unlabelled, scanned picture taken together. */
export interface PseudoSummary {
  /** unlabelled pictures scanned so far, of all unlabelled pictures */
  scanned: number;
  unlabelled: number;
  /** [class index][bin]: pixels proposed as this class with this confidence */
  histogram: number[][];
  accepted: number;
}

export interface PseudoRow {
  sample: string;
  width: number;
  height: number;
  /** share of pixels kept at the threshold asked for, 0..1 */
  kept: number;
  /** null: not accepted */
  accepted: AcceptedAt | null;
}

/** A pixel is kept where its confidence byte is at least this. */
export const confidenceByte = (threshold: number) => Math.round(255 * threshold);

/** The threshold of a confidence byte, 1..255, with the three decimals that tell any two bytes apart. */
export const thresholdOf = (byte: number) => Number((byte / 255).toFixed(3));

/** No confidence byte reaches it. */
const BEYOND = 256;

/** [class index]: least confidence byte that is kept; of a class without a threshold none is. */
export function leastBytes(threshold: Threshold): Uint16Array {
  if (typeof threshold === 'number') return new Uint16Array(256).fill(confidenceByte(threshold));
  const least = new Uint16Array(256).fill(BEYOND);
  threshold.forEach((one, k) => (least[k] = one === null ? BEYOND : confidenceByte(one)));
  return least;
}

/** The threshold of one class; null: nothing of it is kept. */
export const thresholdFor = (threshold: Threshold, k: number): number | null =>
  typeof threshold === 'number' ? threshold : (threshold[k] ?? null);

/**
 * Pixels of a confidence histogram from a byte up. A bin holds two bytes; where `least` falls between them, half of it
 * counts, so that the figure is at most half a bin off.
 */
export function pixelsFrom(bins: ArrayLike<number>, least: number): number {
  let kept = least % 2 ? (bins[(least - 1) / 2] ?? 0) / 2 : 0;
  for (let bin = Math.ceil(least / 2); bin < bins.length; bin++) kept += bins[bin];
  return kept;
}
