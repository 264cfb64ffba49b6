import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { findComponents, type Components } from '../masks/components.ts';
import { ceilings } from './log-ratio.ts';

/**
 * How strongly a pixel must contradict its label to belong to a candidate: log-ratio of proposed to given. The low
 * floor follows an error to its outline; the high one cuts it free where weak disagreement joins it to something else.
 */
const FLOORS = [0.7, 2.1].map(ceilings);

/**
 * Regions that may be errors, from both sides: contradicted pixels that share their proposed class (what the label
 * lacks is of one class, over whatever is labelled there), and contradicted pixels that share their given class (what
 * is labelled but not there is of one class, whatever lies behind it). Regions of different sides and floors overlap;
 * specks are still among them. Pixels without a label are in none. `scratch` has width × height bytes to write over.
 */
export function findCandidates(planes: Planes, given: Uint8Array, scratch: Uint8Array): Components[] {
  const { width, height } = planes;
  const found: Components[] = [];
  for (const ceiling of FLOORS) {
    keepContradicted(scratch, planes, given, ceiling);
    found.push(findComponents(scratch, width, height, IGNORE));
    turnToGiven(scratch, given);
    found.push(findComponents(scratch, width, height, IGNORE));
  }
  return found;
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
