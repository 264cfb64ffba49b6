import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { doubled, findComponents, type Components } from '../masks/components.ts';
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
  const { planes, given, scratch: key } = scene;
  const { width, height, label } = planes;
  const places = findContradicted(planes, given, FLOORS[0]);
  const candidates: Candidate[] = [];
  key.fill(IGNORE);
  for (const ceiling of FLOORS) {
    for (const side of [label, given]) {
      setKeys(key, places, side, planes, ceiling);
      measure(scene, findComponents(key, width, height, IGNORE), candidates);
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

/** Indexes of the labelled pixels that contradict their label. */
function findContradicted(planes: Planes, given: Uint8Array, ceiling: Int16Array): Int32Array {
  const { label, confidence, pGiven } = planes;
  let count = 0;
  for (let i = 0; i < given.length; i++) {
    if (given[i] === label[i] || given[i] === IGNORE || pGiven[i] > ceiling[confidence[i]]) continue;
    if (count === buffer.length) buffer = doubled(buffer);
    buffer[count++] = i;
  }
  return buffer.subarray(0, count);
}

/** At each place the class it has on `side`, or IGNORE where it does not contradict its label so strongly. */
function setKeys(key: Uint8Array, places: Int32Array, side: Uint8Array, planes: Planes, ceiling: Int16Array): void {
  const { confidence, pGiven } = planes;
  for (let n = 0; n < places.length; n++) {
    const i = places[n];
    key[i] = pGiven[i] > ceiling[confidence[i]] ? IGNORE : side[i];
  }
}
