import { IGNORE } from '../../../common/dataset.ts';

/** Pixels counted by reference class (row) and predicted class (column); the last column is "nothing predicted". */
export class Confusion {
  readonly classes: number;
  /** [reference · (classes + 1) + predicted]; exact up to 2^53 pixels */
  readonly counts: Float64Array;

  constructor(classes: number) {
    this.classes = classes;
    this.counts = new Float64Array(classes * (classes + 1));
  }

  /**
   * Counts two label maps of class indexes against each other. Pixels the reference ignores are left out; a pixel the
   * prediction ignores is a miss of its class and a false alarm of none.
   */
  add(reference: Uint8Array, predicted: Uint8Array): void {
    if (reference.length !== predicted.length)
      throw new RangeError(`Expected ${reference.length} predicted pixels, found ${predicted.length}.`);
    // One count a pixel and no branch; classes are sorted out afterwards, once a pair of values instead of once a pixel.
    const pairs = new Uint32Array(1 << 16);
    for (let i = 0; i < reference.length; i++) pairs[(reference[i] << 8) | predicted[i]]++;
    const { classes, counts } = this;
    for (let row = 0; row < classes; row++)
      for (let value = 0; value <= IGNORE; value++)
        counts[row * (classes + 1) + Math.min(value, classes)] += pairs[(row << 8) | value];
  }

  /** [reference class][predicted class] pixels. */
  rows(): number[][] {
    const { classes, counts } = this;
    const rowAt = (at: number) => Array.from(counts.subarray(at, at + classes));
    return Array.from({ length: classes }, (_, k) => rowAt(k * (classes + 1)));
  }

  /** TP / (TP + FP + FN) of each class; null for a class neither in the reference nor predicted. */
  iou(): (number | null)[] {
    const { classes, counts } = this;
    return Array.from({ length: classes }, (_, k) => {
      let union = 0;
      for (let column = 0; column <= classes; column++) union += counts[k * (classes + 1) + column];
      for (let row = 0; row < classes; row++) if (row !== k) union += counts[row * (classes + 1) + k];
      return union ? counts[k * (classes + 1) + k] / union : null;
    });
  }

  /** Share of the reference's pixels that are predicted as what they are; null where the reference has none. */
  accuracy(): number | null {
    const { classes, counts } = this;
    const right = Array.from({ length: classes }, (_, k) => counts[k * (classes + 1) + k]).reduce((a, b) => a + b, 0);
    const pixels = counts.reduce((a, b) => a + b, 0);
    return pixels ? right / pixels : null;
  }

  /** Mean over the classes present in the reference or the prediction; null where none is. */
  miou(): number | null {
    return meanOf(this.iou());
  }
}

/** Of the values there are; null where there is none. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length ? there.reduce((a, b) => a + b, 0) / there.length : null;
}
