import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import type { FoundCase } from './cases.ts';

/** cleanlab's default temperature (segmentation/rank.py). */
const SOFTMIN_TEMPERATURE = 0.1;

/**
 * 0..1, higher: more likely mislabelled. The chance that at least one case is an error, each case's score taken as its
 * chance; sums over many weak cases are damped, because one picture's weak cases share one cause: a weak model.
 */
export function pictureScore(found: FoundCase[], _planes: Planes, _given: Uint8Array): number {
  return found.reduce((worst, { score }) => Math.max(worst, score), 0);
}

/**
 * cleanlab's softmin over the pixel scores s = p(given): Σ s · softmax((1 − s) / 0.1), 0..1, LOWER: more likely
 * mislabelled. Exact on the bytes: the sums run over the 256 values a byte can have. IGNORE pixels are left out; 1 where
 * none remains.
 */
export function softmin(pGiven: Uint8Array, given: Uint8Array): number {
  const counts = new Float64Array(256);
  for (let i = 0; i < given.length; i++) if (given[i] !== IGNORE) counts[pGiven[i]]++;
  let sum = 0;
  let weights = 0;
  for (let byte = 0; byte < 256; byte++) {
    const s = byte / 255;
    const weight = counts[byte] * Math.exp(-s / SOFTMIN_TEMPERATURE);
    weights += weight;
    sum += weight * s;
  }
  return weights > 0 ? sum / weights : 1;
}
