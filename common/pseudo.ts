/** Bins of the confidence histograms: bin b counts pixels with confidence byte 2b or 2b+1 (128 bins over 0..1). */
export const CONFIDENCE_BINS = 128;

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
  /** share of pixels with confidence at or above the threshold asked for, 0..1 */
  kept: number;
  /** threshold it was accepted at; null: not accepted */
  accepted: number | null;
}

/** A pixel is kept where its confidence byte is at least this. */
export const confidenceByte = (threshold: number) => Math.round(255 * threshold);
