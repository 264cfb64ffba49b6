import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';

/** How far below its threshold a probability still counts as reaching it (cleanlab/internal/constants.py). */
const TOLERANCE = 1e-6;

/**
 * Confident learning (Northcutt et al. 2021) over any number of pictures, as cleanlab's find_label_issues counts it:
 * which given labels another class claims. One pass: who is a suspect depends on thresholds known only at the end, so
 * contradicted pixels are counted by the byte of their confidence. Exact on the bytes up to 2^53 pixels; memory depends
 * on the classes alone, 2 kB for each pair of classes that is ever confused.
 */
export class ConfidentLearning {
  private readonly classes: number;
  /** by given class: pixels, and their bytes of p̄[given] added up */
  private readonly pixels: Float64Array;
  private readonly sums: Float64Array;
  /** [given · classes + proposed][confidence byte] pixels, given ≠ proposed */
  private readonly contradicted: (Float64Array | undefined)[];

  constructor(classes: number) {
    this.classes = classes;
    this.pixels = new Float64Array(classes);
    this.sums = new Float64Array(classes);
    this.contradicted = new Array<undefined>(classes * classes).fill(undefined);
  }

  /** Adds a picture. `given`: class index or IGNORE, one byte a pixel; ignored pixels are left out. */
  add(planes: Pick<Planes, 'label' | 'confidence' | 'pGiven'>, given: Uint8Array): void {
    const { label, confidence, pGiven } = planes;
    for (let i = 0; i < given.length;) {
      const from = given[i];
      const start = i;
      if (from === IGNORE) {
        while (i < given.length && given[i] === IGNORE) i++;
        continue;
      }
      let sum = 0;
      for (; i < given.length && given[i] === from; i++) {
        sum += pGiven[i];
        if (label[i] !== from) this.confusedAs(from, label[i])[confidence[i]]++;
      }
      this.pixels[from] += i - start;
      this.sums[from] += sum;
    }
  }

  /** By class index k: mean p̄[k] over the pixels labelled k, 0..1; null where none is. */
  thresholds(): (number | null)[] {
    return Array.from(this.pixels, (pixels, k) => (pixels ? this.sums[k] / pixels / 255 : null));
  }

  /**
   * By class index k: pixels labelled k and proposed as another class with at least that class's threshold. A class
   * nobody is labelled with sets no standard, and claims none.
   */
  suspects(): number[] {
    const least = this.thresholds().map((threshold) =>
      threshold === null ? 256 : Math.max(0, Math.ceil(255 * (threshold - TOLERANCE))),
    );
    return Array.from({ length: this.classes }, (_, from) =>
      least.reduce((sum, byte, to) => sum + countFrom(byte, this.contradicted[from * this.classes + to]), 0),
    );
  }

  private confusedAs(from: number, to: number): Float64Array {
    return (this.contradicted[from * this.classes + to] ??= new Float64Array(256));
  }
}

/** Pixels with at least this byte. */
function countFrom(byte: number, pixels: Float64Array | undefined): number {
  let count = 0;
  if (pixels) for (let b = byte; b < 256; b++) count += pixels[b];
  return count;
}
