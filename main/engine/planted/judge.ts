import type { CaseDetail, CaseKind } from '../../../common/case.ts';
import { rleArea, splitRle } from '../../../common/rle.ts';
import type { Planted } from './copies.ts';

/** Share of a case that has to lie on wrong pixels for it to be right, and of an error that it has to hold to cover it. */
const RIGHT = 0.5;
const COVERS = 0.3;

/** What became of one planted error. */
export interface Outcome extends Omit<Planted, 'pixels'> {
  /** pixels */
  area: number;
  /** the best case that covers it; null: none does */
  found: { score: number; kind: CaseKind } | null;
}

/** `cases`: all that a scan finds on the copy, in any order. */
export function judge(
  errors: readonly Planted[],
  cases: readonly CaseDetail[],
  width: number,
  height: number,
): Outcome[] {
  const outcomes = errors.map(({ kind, class: one, pixels }): Outcome => {
    return { kind, class: one, area: pixels.length, found: null };
  });
  // One more than the index of the error, at each of its pixels.
  const planted = new Uint8Array(width * height);
  errors.forEach(({ pixels }, n) => pixels.forEach((i) => (planted[i] = n + 1)));
  for (const { rle, area, score, kind } of cases) {
    const inside = [...splitRle(rle, width, height, (i) => planted[i] - 1)].map(([n, part]) => [n, rleArea(part)]);
    const wrong = inside.reduce((sum, [, pixels]) => sum + pixels, 0);
    if (wrong < RIGHT * area) continue;
    for (const [n, pixels] of inside) {
      const outcome = outcomes[n];
      if (pixels < COVERS * outcome.area || (outcome.found && outcome.found.score >= score)) continue;
      outcome.found = { score, kind };
    }
  }
  return outcomes;
}
