import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { doubled } from '../masks/components.ts';
import { ceilings } from './log-ratio.ts';
import type { Overlay } from './overlay.ts';

/**
 * How strongly a pixel must contradict its label to belong to a region: log-ratio of proposed to given, times sureness. The
 * low floor follows an error to its outline, and finds those that the models barely see; the others cut it free where
 * weaker disagreement joins it to something else.
 */
const FLOORS = [0.32, 1.5, 3.5];

/** Floors that a stretch reaches which is contradicted strongly, and all but certainly. */
export const STRONG = 2;
export const CERTAIN = 3;

/**
 * Contradicted pixels side by side in one row that share their given class, their proposed class and the floors they
 * reach, in raster order. Regions are made of whole stretches, which are a quarter as many as their pixels.
 */
export interface Stretches {
  /** index of a stretch's first pixel, and after its last */
  start: Int32Array;
  end: Int32Array;
  /** how many floors they reach, 1 to 3 */
  floors: Uint8Array;
  /** class indexes */
  given: Uint8Array;
  proposed: Uint8Array;
  /** the labelled object and the proposed one they are part of */
  givenObject: Int32Array;
  proposedObject: Int32Array;
}

/** Pixels without a label are in none. */
export function findStretches(
  overlay: Overlay,
  { label, confidence, pGiven }: Planes,
  given: Uint8Array,
  sureness: number,
): Stretches {
  const [lowest, middle, highest] = FLOORS.map((floor) => ceilings(floor / sureness));
  const { start, end } = overlay;
  let count = 0;
  for (let part = 0; part < overlay.count; part++) {
    const first = start[part];
    if (given[first] === label[first] || given[first] === IGNORE) continue;
    let open = 0;
    for (let i = first; i < end[part]; i++) {
      const proposed = confidence[i];
      const low = reaches(pGiven[i], lowest[proposed]);
      const reached =
        low + (low & reaches(pGiven[i], middle[proposed])) + (low & reaches(pGiven[i], highest[proposed]));
      if (reached !== open) {
        if (open) ends[count++] = i;
        if (count === starts.length) grow();
        starts[count] = i;
        floors[count] = open = reached;
        parts[count] = part;
      }
    }
    if (open) ends[count++] = end[part];
    if (count === starts.length) grow();
  }
  return collect(count, overlay, label, given);
}

function collect(count: number, overlay: Overlay, label: Uint8Array, labels: Uint8Array): Stretches {
  const [given, proposed] = [new Uint8Array(count), new Uint8Array(count)];
  const [givenObject, proposedObject] = [new Int32Array(count), new Int32Array(count)];
  for (let n = 0; n < count; n++) {
    given[n] = labels[starts[n]];
    proposed[n] = label[starts[n]];
    givenObject[n] = overlay.givenObject[parts[n]];
    proposedObject[n] = overlay.proposedObject[parts[n]];
  }
  const [start, end] = [starts.slice(0, count), ends.slice(0, count)];
  return { start, end, floors: floors.slice(0, count), given, proposed, givenObject, proposedObject };
}

/** 1 or 0, without asking: most answers would be guessed wrong. */
const reaches = (given: number, ceiling: number): number => (given - ceiling - 1) >>> 31;

let starts = new Int32Array(4096);
let ends = new Int32Array(4096);
let floors = new Uint8Array(4096);
let parts = new Int32Array(4096);

function grow(): void {
  starts = doubled(starts);
  ends = doubled(ends);
  floors = doubled(floors);
  parts = doubled(parts);
}
