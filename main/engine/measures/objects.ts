import { IGNORE } from '../../../common/dataset.ts';
import { objectSize, OBJECT_SIZES, type Recall } from '../../../common/insights.ts';
import { findComponents } from '../masks/components.ts';

/** Objects of a reference (8-connected regions of one class) by class and size, and how many of them a prediction finds. */
export class ObjectRecall {
  /** [class · sizes + size] */
  readonly objects: Float64Array;
  readonly found: Float64Array;

  constructor(classes: number) {
    this.objects = new Float64Array(classes * OBJECT_SIZES.length);
    this.found = new Float64Array(classes * OBJECT_SIZES.length);
  }

  /** Label maps of width × height; an object is found where at least half of its pixels are predicted as its class. */
  add(reference: Uint8Array, predicted: Uint8Array, width: number, height: number): void {
    const { count, first, start, end, area, value } = findComponents(reference, width, height, IGNORE);
    for (let c = 0; c < count; c++) {
      let hits = 0;
      for (let run = first[c]; run < first[c + 1]; run++) {
        for (let i = start[run]; i < end[run]; i++) if (predicted[i] === value[c]) hits++;
      }
      const at = value[c] * OBJECT_SIZES.length + OBJECT_SIZES.indexOf(objectSize(area[c]));
      this.objects[at]++;
      if (2 * hits >= area[c]) this.found[at]++;
    }
  }

  /** Of one class, the smallest objects first. */
  ofClass(k: number): Recall[] {
    const at = k * OBJECT_SIZES.length;
    return OBJECT_SIZES.map((size, n) => ({ size, objects: this.objects[at + n], found: this.found[at + n] }));
  }

  /** Of all classes together. */
  overall(): Recall[] {
    const every = (counts: Float64Array, n: number) =>
      counts.reduce((sum, count, at) => (at % OBJECT_SIZES.length === n ? sum + count : sum), 0);
    return OBJECT_SIZES.map((size, n) => ({ size, objects: every(this.objects, n), found: every(this.found, n) }));
  }
}
