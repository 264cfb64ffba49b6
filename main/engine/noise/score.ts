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
  const counts = countLabelled(pGiven, given);
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

/** By value of the byte the pixels with a label. */
function countLabelled(pGiven: Uint8Array, given: Uint8Array): Uint32Array {
  const counts = countBytes(pGiven);
  const fours = given.byteOffset % 4 ? NO_FOURS : new Int32Array(given.buffer, given.byteOffset, given.length >> 2);
  for (let n = 0; n < fours.length; n++) {
    const four = ~fours[n];
    // A byte of it is 0: one of the four is IGNORE.
    if (((four - 0x01010101) & ~four & 0x80808080) === 0) continue;
    for (let i = 4 * n; i < 4 * n + 4; i++) if (given[i] === IGNORE) counts[pGiven[i]]--;
  }
  for (let i = 4 * fours.length; i < given.length; i++) if (given[i] === IGNORE) counts[pGiven[i]]--;
  return counts;
}

const NO_FOURS = new Int32Array(0);

/** How often each value is there. Four counts side by side: a single one would wait for itself where values repeat. */
function countBytes(bytes: Uint8Array): Uint32Array {
  const counts = new Uint32Array(4 * 256);
  const fours = bytes.length & ~3;
  for (let i = 0; i < fours; i += 4) {
    counts[bytes[i]]++;
    counts[256 + bytes[i + 1]]++;
    counts[512 + bytes[i + 2]]++;
    counts[768 + bytes[i + 3]]++;
  }
  for (let i = fours; i < bytes.length; i++) counts[bytes[i]]++;
  const [a, b, c, d] = [0, 256, 512, 768].map((from) => counts.subarray(from, from + 256));
  return a.map((count, value) => count + b[value] + c[value] + d[value]);
}
