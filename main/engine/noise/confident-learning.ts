import type { Planes } from '../../../common/planes.ts';
import { JointCounts } from '../measures/joint-counts.ts';

/** How far below its threshold a probability still counts as reaching it (cleanlab/internal/constants.py). */
const TOLERANCE = 1e-6;

/**
 * Confident learning (Northcutt et al. 2021) over any number of pictures, as cleanlab's find_label_issues counts it:
 * which given labels another class claims. One pass: who is a suspect depends on thresholds known only at the end, so
 * pixels are counted by the byte of their confidence.
 */
export class ConfidentLearning {
  readonly counts: JointCounts;

  constructor(classes: number) {
    this.counts = new JointCounts(classes);
  }

  /** Adds a picture. `given`: class index or IGNORE, one byte a pixel. Returns how many are not ignored. */
  add(planes: Pick<Planes, 'label' | 'confidence' | 'pGiven'>, given: Uint8Array): number {
    return this.counts.add(planes, given);
  }

  /** By class index k: mean p̄[k] over the pixels labelled k, 0..1; null where none is. */
  thresholds(): (number | null)[] {
    return this.counts.confusion
      .rows()
      .map((row) => row.reduce((a, b) => a + b, 0))
      .map((pixels, k) => (pixels ? this.counts.sums[k] / pixels / 255 : null));
  }

  /**
   * By class index k: pixels labelled k and proposed as another class with at least that class's threshold. A class
   * nobody is labelled with sets no standard, and claims none.
   */
  suspects(): number[] {
    const least = this.thresholds().map((threshold) =>
      threshold === null ? 256 : Math.max(0, Math.ceil(255 * (threshold - TOLERANCE))),
    );
    return least.map((_, from) =>
      least.reduce((sum, byte, to) => sum + (to === from ? 0 : countFrom(byte, this.counts.pair(from, to))), 0),
    );
  }
}

/** Pixels with at least this byte. */
function countFrom(byte: number, pixels: Float64Array | undefined): number {
  let count = 0;
  if (pixels) for (let b = byte; b < 256; b++) count += pixels[b];
  return count;
}
