import { CONFIDENCE_BINS } from '../../../../common/pseudo.ts';

/** Confidence histograms travel sparse: `[class · CONFIDENCE_BINS + bin, pixels, …]` of the bins that are not empty. */
export type SparseHistogram = number[];

/** [class index][bin], all zero. */
export const emptyHistogram = (classes: number): number[][] =>
  Array.from({ length: classes }, () => new Array<number>(CONFIDENCE_BINS).fill(0));

/** Of a picture: `label` class indexes, `confidence` 0..255, one byte a pixel. */
export function countConfidence(label: Uint8Array, confidence: Uint8Array, classes: number): SparseHistogram {
  const counts = new Uint32Array(classes * CONFIDENCE_BINS);
  for (let i = 0; i < label.length; i++) counts[label[i] * CONFIDENCE_BINS + (confidence[i] >> 1)]++;
  const sparse: SparseHistogram = [];
  counts.forEach((count, bin) => {
    if (count) sparse.push(bin, count);
  });
  return sparse;
}

/** Adds (or with `sign` −1 takes away) in place. */
export function addSparse(histogram: number[][], sparse: SparseHistogram, sign: 1 | -1): void {
  for (let i = 0; i < sparse.length; i += 2) {
    const row = histogram[Math.floor(sparse[i] / CONFIDENCE_BINS)];
    if (row) row[sparse[i] % CONFIDENCE_BINS] += sign * sparse[i + 1];
  }
}

/**
 * Pixels kept, `least` by class index: the least confidence byte. A bin holds two; where the least falls between them, half
 * of it counts.
 */
export function keptOf(sparse: SparseHistogram, least: ArrayLike<number>): number {
  let kept = 0;
  for (let i = 0; i < sparse.length; i += 2) {
    const above = 2 * (sparse[i] % CONFIDENCE_BINS) + 2 - least[Math.floor(sparse[i] / CONFIDENCE_BINS)];
    if (above > 0) kept += above === 1 ? sparse[i + 1] / 2 : sparse[i + 1];
  }
  return kept;
}

/** [bin]: all classes together. */
export function sumOverClasses(sparse: SparseHistogram): Uint32Array {
  const sum = new Uint32Array(CONFIDENCE_BINS);
  for (let i = 0; i < sparse.length; i += 2) sum[sparse[i] % CONFIDENCE_BINS] += sparse[i + 1];
  return sum;
}
