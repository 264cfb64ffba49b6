import { IGNORE } from '../../../common/dataset.ts';
import type { FoundCase } from './cases.ts';

/** Cases that count: beyond the worst few, weak cases of one picture share one cause, a model that is weak there. */
const COUNTED = 3;

/**
 * 0..1, higher: more likely mislabelled. The chance that at least one of the worst cases is an error, each score taken as
 * its chance.
 */
export function pictureScore(found: readonly Pick<FoundCase, 'score'>[]): number {
  const worst = found.map(({ score }) => score).sort((a, b) => b - a);
  return 1 - worst.slice(0, COUNTED).reduce((none, score) => none * (1 - score), 1);
}

/** cleanlab's default temperature (segmentation/rank.py). */
const SOFTMIN_TEMPERATURE = 0.1;

/**
 * cleanlab's softmin over the pixel scores s = p(given): Σ s · softmax((1 − s) / 0.1), 0..1, LOWER: more likely
 * mislabelled. Exact on the bytes: the sums run over the 256 values a byte can have. IGNORE pixels are left out; 1 where
 * none remains.
 */
export function softmin(pGiven: Uint8Array, given: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (let i = 0; i < given.length; i++) counts[pGiven[i]] += given[i] === IGNORE ? 0 : 1;
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
