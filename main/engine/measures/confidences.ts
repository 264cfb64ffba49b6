import { IGNORE } from '../../../common/dataset.ts';
import { CONFIDENCE_SHARES } from '../../../common/insights.ts';
import type { Planes } from '../../../common/planes.ts';

/** Pixels by proposed class, by whether a reference agrees, and by the byte of their confidence. */
export class Confidences {
  readonly classes: number;
  /** [proposed · 512 + agrees · 256 + byte] pixels */
  readonly counts: Float64Array;
  /** the same of one picture: whole numbers are counted faster */
  private readonly picture: Uint32Array;

  constructor(classes: number) {
    this.classes = classes;
    this.counts = new Float64Array(classes * 512);
    this.picture = new Uint32Array(classes * 512);
  }

  /** Pixels the reference ignores are left out. */
  add(reference: Uint8Array, { label, confidence }: Pick<Planes, 'label' | 'confidence'>): void {
    const { counts, picture } = this;
    picture.fill(0);
    for (let i = 0; i < reference.length; i++) {
      const given = reference[i];
      const proposed = label[i];
      if (given !== IGNORE) picture[(proposed << 9) | (given === proposed ? 256 : 0) | confidence[i]]++;
    }
    for (let at = 0; at < counts.length; at++) counts[at] += picture[at];
  }

  /** [byte]: pixels proposed as class k with this confidence. */
  of(k: number, agrees: boolean): Float64Array {
    const from = k * 512 + (agrees ? 256 : 0);
    return this.counts.subarray(from, from + 256);
  }
}

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
