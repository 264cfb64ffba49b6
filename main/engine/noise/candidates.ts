import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { findComponents, type Components } from '../masks/components.ts';
import { gatherEvidence, type Evidence } from './evidence.ts';
import { ceilings } from './log-ratio.ts';
import type { Scene } from './scene.ts';

/**
 * How strongly a pixel must contradict its label to belong to a candidate: log-ratio of proposed to given. The low
 * floor follows an error to its outline; the high one cuts it free where weak disagreement joins it to something else.
 */
const FLOORS = [0.7, 2.1].map(ceilings);

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
  const { width, height } = scene.planes;
  const key = scene.scratch;
  const candidates: Candidate[] = [];
  for (const ceiling of FLOORS) {
    keepContradicted(key, scene.planes, scene.given, ceiling);
    measure(scene, findComponents(key, width, height, IGNORE), candidates);
    turnToGiven(key, scene.given);
    measure(scene, findComponents(key, width, height, IGNORE), candidates);
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

/** Proposed class of each contradicted pixel; IGNORE elsewhere. */
function keepContradicted(key: Uint8Array, planes: Planes, given: Uint8Array, ceiling: Int16Array): void {
  const { label, confidence, pGiven } = planes;
  for (let i = 0; i < given.length; i++) {
    const from = given[i];
    const to = label[i];
    key[i] = from !== to && from !== IGNORE && pGiven[i] <= ceiling[confidence[i]] ? to : IGNORE;
  }
}

function turnToGiven(key: Uint8Array, given: Uint8Array): void {
  for (let i = 0; i < given.length; i++) if (key[i] !== IGNORE) key[i] = given[i];
}
