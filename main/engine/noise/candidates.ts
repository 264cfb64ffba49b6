import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { findComponentsAt, type Components } from '../masks/components.ts';
import { gatherEvidence, type Evidence } from './evidence.ts';
import { ceilings } from './log-ratio.ts';
import { LOWEST_FLOOR } from './places.ts';
import type { Scene } from './scene.ts';

/**
 * How strongly a pixel must contradict its label to belong to a candidate: log-ratio of proposed to given. The middle
 * floor follows an error to its outline; the high one cuts it free where weak disagreement joins it to something else; the
 * low one is for errors that the models barely see.
 */
const FLOORS = [LOWEST_FLOOR, 0.7, 2.1].map(ceilings); // lowest first

/** A region that may be an error: component `index` of `components`. */
export interface Candidate {
  components: Components;
  index: number;
  evidence: Evidence;
  /** at the low floor: worth a case only where nothing else is found */
  faint: boolean;
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
  const places = scene.places.index;
  if (keys.length < places.length) keys = new Uint8Array(2 * places.length);
  const candidates: Candidate[] = [];
  for (const [floor, ceiling] of FLOORS.entries()) {
    for (const side of [label, given]) {
      setKeys(keys, places, side, planes, ceiling);
      measure(scene, findComponentsAt(places, keys, width, IGNORE), floor === 0, candidates);
    }
  }
  return candidates;
}

function measure(scene: Scene, components: Components, faint: boolean, candidates: Candidate[]): void {
  const minimum = Math.max(24, scene.diagonal / 8);
  for (let index = 0; index < components.count; index++) {
    if (components.area[index] < minimum) continue;
    candidates.push({ components, index, evidence: gatherEvidence(scene, components, index), faint });
  }
}

let keys = new Uint8Array(0);

/** At each place the class it has on `side`, or IGNORE where it does not contradict its label so strongly. */
function setKeys(keys: Uint8Array, places: Int32Array, side: Uint8Array, planes: Planes, ceiling: Int16Array): void {
  const { confidence, pGiven } = planes;
  for (let n = 0; n < places.length; n++) {
    const i = places[n];
    keys[n] = pGiven[i] > ceiling[confidence[i]] ? IGNORE : side[i];
  }
}
