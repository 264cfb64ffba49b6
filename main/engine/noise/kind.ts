import type { CaseKind } from '../../../common/case.ts';
import type { Evidence } from './evidence.ts';

/**
 * Told by what goes on across the outline. A missing object lies within its given class; an extra one is given on its
 * own while the proposal runs through; a wrong class is an island in both. A shifted outline has the given class on one
 * side and the proposed one on the other, and is no thicker than the displacement.
 */
export function kindOf({ thickness, givenGoesOn, proposedGoesOn }: Evidence, width: number, height: number): CaseKind {
  const displacement = Math.hypot(width, height) / 120;
  const between = givenGoesOn > 0.1 && givenGoesOn < 0.6 && proposedGoesOn > 0.3;
  if (between && thickness <= displacement) return 'boundary';
  if (givenGoesOn > 0.6) return 'missing';
  return proposedGoesOn - givenGoesOn > 0.7 ? 'extra' : 'wrong-class';
}
