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
    for (let y = 0; y < height + reach; y++) {
      if (y < height) {
        followRow(reference, y, width, reach, ofReference);
        followRow(judged, y, width, reach, ofPredicted);
      } else if (y === height) {
        // From here on the square around a pixel reaches below the picture.
        ofReference.fill(0);
        ofPredicted.fill(0);
      }
      if (y >= reach) this.countRow(reference, judged, (y - reach) * width, ofReference, ofPredicted, 2 * reach + 1);
    }
  }

  /** By class; null for a class that has no boundary in either. */
  iou(): (number | null)[] {
    return Array.from(this.both, (both, k) => {
      const union = this.reference[k] + this.predicted[k] - both;
      return union ? both / union : null;
    });
  }

  /** `side`: how many rows a square is high. */
  private countRow(
    reference: Uint8Array,
    predicted: Uint8Array,
    start: number,
    ofReference: Int32Array,
    ofPredicted: Int32Array,
    side: number,
  ): void {
    for (let x = 0, i = start; x < ofReference.length; x++, i++) {
      const given = reference[i];
      if (given === IGNORE) continue;
      const other = predicted[i];
      const inReference = ofReference[x] < side;
      const inPredicted = ofPredicted[x] < side;
      if (inReference) this.reference[given]++;
      if (inPredicted && other !== IGNORE) this.predicted[other]++;
      if (inReference && inPredicted && given === other) this.both[given]++;
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
  for (let at = row; at < end;) {
    const value = map[at];
    const start = at++;
    while (at < end && map[at] === value) at++;
    const first = Math.min(at, start + reach);
    const last = Math.max(first, at - reach);
    streak.fill(0, start - row, first - row);
    for (let i = first, x = first - row; i < last; i++, x++) {
      streak[x] = streak[x] && map[i - width] === value ? streak[x] + 1 : 1;
    }
    streak.fill(0, last - row, at - row);
  }
}

let judged = new Uint8Array(0);

/** The prediction where there is a reference, IGNORE elsewhere; valid until the next call. */
function withoutIgnored(reference: Uint8Array, predicted: Uint8Array): Uint8Array {
  if (judged.length !== predicted.length) judged = new Uint8Array(predicted.length);
  for (let i = 0; i < predicted.length; i++) judged[i] = reference[i] === IGNORE ? IGNORE : predicted[i];
  return judged;
}
