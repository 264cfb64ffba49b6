import type { CaseKind } from '../../../common/case.ts';
import type { Evidence } from './evidence.ts';

/**
 * Told by what goes on across the outline. A missing object lies within its given class; an extra one is given on its
 * own while the proposal runs through; a wrong class is an island in both. A shifted outline leaves a band no thicker than
 * the displacement, with the given class on one side and the proposed one on the other. `diagonal` of the picture, pixels.
 */
export function kindOf(evidence: Evidence, diagonal: number): CaseKind {
  const { givenGoesOn, proposedGoesOn } = evidence;
  if (isBand(evidence, diagonal)) return 'boundary';
  if (givenGoesOn > 0.6) return 'missing';
  return proposedGoesOn - givenGoesOn > 0.4 ? 'extra' : 'wrong-class';
}

/** The thicker a band, the more evenly its two sides must be given and proposed to be one. */
function isBand({ thickness, givenGoesOn, proposedGoesOn }: Evidence, diagonal: number): boolean {
  if (givenGoesOn > 0.6) return false;
  if (thickness <= diagonal / 120) return givenGoesOn > 0.1 && proposedGoesOn > 0.3;
  return thickness <= diagonal / 90 && givenGoesOn > 0.4 && proposedGoesOn > 0.35;
}
