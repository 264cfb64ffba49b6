import { IGNORE } from '../../../common/dataset.ts';

/** How far from an outline a pixel still belongs to the boundary: 2 % of the picture's diagonal, at least one pixel. */
export const boundaryReach = (width: number, height: number): number =>
  Math.max(1, Math.round(0.02 * Math.hypot(width, height)));

/**
 * Boundary IoU (Cheng et al., CVPR 2021; bowenc0221/boundary-iou-api): intersection over union of the pixels of a class
 * that lie within `boundaryReach` of a pixel that is not of it, summed over pictures. As there, distance is that of a
 * square (3×3 erosion, repeated) and what lies outside the picture is of no class. Pixels the reference ignores are taken
 * out of both maps, as if they lay outside.
 */
export class BoundaryIou {
  readonly classes: number;
  /** by class: boundary pixels of the reference, of the prediction, and of both */
  readonly reference: Float64Array;
  readonly predicted: Float64Array;
  readonly both: Float64Array;

  constructor(classes: number) {
    this.classes = classes;
    this.reference = new Float64Array(classes);
    this.predicted = new Float64Array(classes);
    this.both = new Float64Array(classes);
  }

  /** Counts two label maps (row-major, width × height, class index or IGNORE). Linear in the pixels, whatever the reach. */
  add(reference: Uint8Array, predicted: Uint8Array, width: number, height: number): void {
    const reach = boundaryReach(width, height);
    const judged = withoutIgnored(reference, predicted);
    const [ofReference, ofPredicted] = [new Int32Array(width), new Int32Array(width)];
    agreeing.fill(0);
    differing.fill(0);
    for (let y = 0; y < height + reach; y++) {
      if (y < height) {
        followRow(reference, y, width, reach, ofReference);
        followRow(judged, y, width, reach, ofPredicted);
      } else if (y === height) {
        // From here on the square around a pixel reaches below the picture.
        ofReference.fill(0);
        ofPredicted.fill(0);
      }
      if (y >= reach) countRow(reference, judged, (y - reach) * width, ofReference, ofPredicted, 2 * reach + 1);
    }
    this.takeCounts();
  }

  /** By class; null for a class that has no boundary in either. */
  iou(): (number | null)[] {
    return Array.from(this.both, (both, k) => {
      const union = this.reference[k] + this.predicted[k] - both;
      return union ? both / union : null;
    });
  }

  private takeCounts(): void {
    for (let k = 0; k < this.classes; k++) {
      const [, onlyReference, onlyPredicted, both] = agreeing.subarray(4 * k, 4 * k + 4);
      this.reference[k] += both + onlyReference + differing[2 * k];
      this.predicted[k] += both + onlyPredicted + differing[2 * k + 1];
      this.both[k] += both;
    }
  }
}

/** Counts of one picture: [class · 4 + in the reference's boundary + 2 · in the prediction's], where both are of it … */
const agreeing = new Uint32Array(4 * 256);
/** … and elsewhere [class · 2 + 0 or 1]: in the boundary of the reference, of the prediction. */
const differing = new Uint32Array(2 * 256);

/** `side`: how many rows a square is high. */
function countRow(
  reference: Uint8Array,
  predicted: Uint8Array,
  start: number,
  ofReference: Int32Array,
  ofPredicted: Int32Array,
  side: number,
): void {
  for (let x = 0, i = start; x < ofReference.length; x++, i++) {
    const given = reference[i];
    const other = predicted[i];
    const inReference = ofReference[x] < side ? 1 : 0;
    const inPredicted = ofPredicted[x] < side ? 1 : 0;
    if (given === other) agreeing[(given << 2) | (inPredicted << 1) | inReference]++;
    else {
      differing[given << 1] += inReference;
      differing[(other << 1) | 1] += inPredicted;
    }
  }
}

/**
 * Goes on to row `y`: `streak[x]` becomes the number of rows up to this one whose pixels from x − reach to x + reach are
 * inside the picture and all of the same value.
 */
function followRow(map: Uint8Array, y: number, width: number, reach: number, streak: Int32Array): void {
  const row = y * width;
  const end = row + width;
  let x = 0;
  for (let at = row; at < end;) {
    const value = map[at];
    const start = at++;
    while (at < end && map[at] === value) at++;
    const first = Math.min(at, start + reach) - row;
    const last = at - reach - row;
    // Most runs are short, and for those a call of fill would cost more than it saves.
    while (x < first) streak[x++] = 0;
    for (let above = row - width + x; x < last; x++, above++) {
      streak[x] = streak[x] && map[above] === value ? streak[x] + 1 : 1;
    }
    while (x < at - row) streak[x++] = 0;
  }
}

let judged = new Uint8Array(0);

/** The prediction where there is a reference, IGNORE elsewhere; valid until the next call. */
function withoutIgnored(reference: Uint8Array, predicted: Uint8Array): Uint8Array {
  if (judged.length !== predicted.length) judged = new Uint8Array(predicted.length);
  judged.set(predicted);
  for (let i = reference.indexOf(IGNORE); i >= 0; i = reference.indexOf(IGNORE, i)) {
    while (reference[i] === IGNORE) judged[i++] = IGNORE;
  }
  return judged;
}
