import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { doubled, findComponentsAt, type Components } from '../masks/components.ts';
import { gatherEvidence, type Evidence } from './evidence.ts';
import { ceilings } from './log-ratio.ts';
import type { Scene } from './scene.ts';

/**
 * How strongly a pixel must contradict its label to belong to a candidate: log-ratio of proposed to given. The low
 * floor follows an error to its outline; the high one cuts it free where weak disagreement joins it to something else.
 */
const FLOORS = [0.7, 2.1].map(ceilings); // lowest first

/** A region that may be an error: component `index` of `components`. */
export interface Candidate {
  components: Components;
  index: number;
  evidence: Evidence;
}

/**
 * Regions that may be errors, from both sides: contradicted pixels that share their proposed class (what the label
 * lacks is of one class, over whatever is labelled there), and contradicted pixels that share their given class (what
 * is labelled but not there is of one class, whatever lies behind it). Regions of different sides and floors overlap.
 * Pixels without a label are in none; specks are left out.
 */
export function findCandidates(scene: Scene): Candidate[] {
  const { planes, given } = scene;
  const { width, label } = planes;
  const places = findContradicted(planes, given, FLOORS[0]);
  if (keys.length < places.length) keys = new Uint8Array(2 * places.length);
  const candidates: Candidate[] = [];
  for (const ceiling of FLOORS) {
    for (const side of [label, given]) {
      setKeys(keys, places, side, planes, ceiling);
      measure(scene, findComponentsAt(places, keys, width, IGNORE), candidates);
    }
  }
  return candidates;
}

function measure(scene: Scene, components: Components, candidates: Candidate[]): void {
  const minimum = Math.max(24, scene.diagonal / 8);
  for (let index = 0; index < components.count; index++) {
    if (components.area[index] < minimum) continue;
    candidates.push({ components, index, evidence: gatherEvidence(scene, components, index) });
  }
}

let buffer = new Int32Array(1 << 16);
let keys = new Uint8Array(0);

/** Indexes of the labelled pixels that contradict their label, in ascending order. */
function findContradicted(planes: Planes, given: Uint8Array, ceiling: Int16Array): Int32Array {
  const { label, confidence, pGiven } = planes;
  const [fours, givenFours] = [inFours(label), inFours(given)];
  const steps = Math.min(fours.length, givenFours.length);
  let found = buffer;
  let count = 0;
  for (let i = 0; i < given.length;) {
    const four = i >> 2;
    const end = Math.min(i + 4, given.length);
    // Most pixels agree, so most steps are four pixels wide.
    if (four < steps && fours[four] === givenFours[four]) {
      i = end;
      continue;
    }
    if (count + 4 > found.length) found = buffer = doubled(found);
    for (; i < end; i++) {
      if (given[i] === label[i] || given[i] === IGNORE || pGiven[i] > ceiling[confidence[i]]) continue;
      found[count++] = i;
    }
  }
  return found.subarray(0, count);
}

/** Four bytes as one number, as many as there are whole; none where they lie across the grain of memory. */
const inFours = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  byteOffset % 4 ? new Uint32Array(0) : new Uint32Array(buffer, byteOffset, length >> 2);

/** At each place the class it has on `side`, or IGNORE where it does not contradict its label so strongly. */
function setKeys(keys: Uint8Array, places: Int32Array, side: Uint8Array, planes: Planes, ceiling: Int16Array): void {
  const { confidence, pGiven } = planes;
  for (let n = 0; n < places.length; n++) {
    const i = places[n];
    keys[n] = pGiven[i] > ceiling[confidence[i]] ? IGNORE : side[i];
  }
}
