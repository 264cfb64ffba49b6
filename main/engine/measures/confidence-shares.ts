import { CONFIDENCE_SHARES } from '../../../common/insights.ts';

/**
 * Pixels by byte, in CONFIDENCE_SHARES equal bins of 0..1. A byte stands for all that was rounded to it; where the edge of
 * a bin falls inside that, its pixels are divided, or every tenth bin would hold a sixth more than its neighbours.
 */
export function inShares(bytes: ArrayLike<number>): number[] {
  const bins = new Array<number>(CONFIDENCE_SHARES).fill(0);
  for (let byte = 0; byte < bytes.length; byte++) {
    const low = (Math.max(0, byte - 0.5) / 255) * bins.length;
    const high = (Math.min(255, byte + 0.5) / 255) * bins.length;
    const bin = Math.floor(low);
    const rest = high > bin + 1 ? Math.round((bytes[byte] * (high - bin - 1)) / (high - low)) : 0;
    bins[bin] += bytes[byte] - rest;
    if (rest) bins[bin + 1] += rest;
  }
  return bins;
}
