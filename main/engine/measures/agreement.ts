import { BoundaryIou } from './boundary.ts';
import { Confusion } from './confusion.ts';
import { ObjectRecall } from './objects.ts';

/** How well label maps agree with reference maps, over any number of pictures; holds counts by class, no pixels. */
export class Agreement {
  samples = 0;
  readonly confusion: Confusion;
  readonly boundary: BoundaryIou;
  readonly objects: ObjectRecall;

  constructor(classes: number) {
    this.confusion = new Confusion(classes);
    this.boundary = new BoundaryIou(classes);
    this.objects = new ObjectRecall(classes);
  }

  /** Row-major maps of width × height class indexes (or IGNORE). Throws RangeError where their lengths differ. */
  add(reference: Uint8Array, predicted: Uint8Array, width: number, height: number): void {
    this.confusion.add(reference, predicted);
    this.boundary.add(reference, predicted, width, height);
    this.objects.add(reference, predicted, width, height);
    this.samples++;
  }
}
