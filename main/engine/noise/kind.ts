import type { CaseKind } from '../../../common/case.ts';
import type { Evidence } from './evidence.ts';

/** A labelled object is contradicted as a whole from this share of its pixels on; a proposed one is new from that. */
const WHOLE = 0.9;
const NEW = 0.3;

/**
 * Told by what becomes of whole objects, and by what goes on across the outline. Where all of a labelled object is
 * contradicted, it is extra if the proposal runs through as if there were nothing, and else has the wrong class. An object
 * that is missing lies within its given class, or is new as a whole. A shifted outline leaves a band no thicker than the
 * displacement, with the given class on one side and the proposed one on the other. `diagonal` of the picture, pixels.
 */
export function kindOf(evidence: Evidence, diagonal: number): CaseKind {
  const { givenGoesOn, proposedGoesOn, ofGiven, ofProposed } = evidence;
  if (ofGiven.contradicted > WHOLE) return runsThrough(evidence) ? 'extra' : 'wrong-class';
  if (isBand(evidence, diagonal)) return 'boundary';
  if (givenGoesOn > 0.6 || (ofProposed.contradicted > NEW && givenGoesOn > 0.3)) return 'missing';
  return proposedGoesOn - givenGoesOn > 0.4 ? 'extra' : 'wrong-class';
}

/** An outline that lies on an edge of the picture has something inside, whatever it is called. */
function runsThrough({ proposedGoesOn, givenOnEdge }: Evidence): boolean {
  return proposedGoesOn > 0.97 || (proposedGoesOn > 0.75 && givenOnEdge < 1.4);
}

/** The thicker a band, the more evenly its two sides must be given and proposed to be one. */
function isBand({ thickness, givenGoesOn, proposedGoesOn }: Evidence, diagonal: number): boolean {
  if (givenGoesOn > 0.6) return false;
  if (thickness <= diagonal / 120) return givenGoesOn > 0.1 && proposedGoesOn > 0.3;
  return thickness <= diagonal / 90 && givenGoesOn > 0.4 && proposedGoesOn > 0.35;
}
