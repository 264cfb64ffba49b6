import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { doubled, type Runs } from '../masks/components.ts';
import { ceilings } from './log-ratio.ts';

/**
 * How strongly a pixel must contradict its label to belong to a region: log-ratio of proposed to given. The middle floor
 * follows an error to its outline; the high one cuts it free where weak disagreement joins it to something else; the low
 * one is for errors that the models barely see.
 */
const [LOW, MIDDLE, HIGH] = [0.3, 0.7, 2.1].map(ceilings);

/**
 * Contradicted pixels side by side in one row that share their given class, their proposed class and the floors they
 * reach, in raster order. Regions are made of whole stretches, which are a quarter as many as their pixels.
 */
export interface Stretches extends Runs {
  /** how many floors they reach, 1 to 3 */
  floors: Uint8Array;
}

/** Pixels without a label are in none. */
export function findStretches({ width, label, confidence, pGiven }: Planes, given: Uint8Array): Stretches {
  const [fours, givenFours] = [inFours(label), inFours(given)];
  const steps = Math.min(fours.length, givenFours.length);
  let count = 0;
  let rowEnd = 0;
  // Of the latest stretch: where it ends, and what its pixels share.
  let open = -1;
  let shared = -1;
  for (let i = 0; i < given.length;) {
    const four = i >> 2;
    const next = Math.min(i + 4, given.length);
    // Most pixels agree, so most steps are four pixels wide.
    if (four < steps && fours[four] === givenFours[four]) {
      i = next;
      continue;
    }
    if (count + 4 > starts.length) grow();
    for (; i < next; i++) {
      const proposed = confidence[i];
      if (given[i] === label[i] || given[i] === IGNORE || pGiven[i] > LOW[proposed]) continue;
      const reached = 1 + reaches(pGiven[i], MIDDLE[proposed]) + reaches(pGiven[i], HIGH[proposed]);
      const kind = (reached << 16) | (given[i] << 8) | label[i];
      if (i === open && kind === shared && i < rowEnd) {
        ends[count - 1] = ++open;
        continue;
      }
      if (i >= rowEnd) rowEnd = (Math.floor(i / width) + 1) * width;
      starts[count] = i;
      ends[count] = open = i + 1;
      floors[count++] = reached;
      shared = kind;
    }
  }
  return { start: starts.slice(0, count), end: ends.slice(0, count), floors: floors.slice(0, count) };
}

/** 1 or 0, without asking: most answers would be guessed wrong. */
const reaches = (given: number, ceiling: number): number => (given - ceiling - 1) >>> 31;

let starts = new Int32Array(4096);
let ends = new Int32Array(4096);
let floors = new Uint8Array(4096);

function grow(): void {
  starts = doubled(starts);
  ends = doubled(ends);
  floors = doubled(floors);
}

/** Four bytes as one number, as many as there are whole; none where they lie across the grain of memory. */
const inFours = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  byteOffset % 4 ? new Uint32Array(0) : new Uint32Array(buffer, byteOffset, length >> 2);
