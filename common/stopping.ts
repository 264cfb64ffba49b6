import { expectedErrors, expectedNext, type Estimate } from './expected.ts';
import { recalibrate, type Recalibration } from './recalibration.ts';
import { RECENT, type Reviewed } from './reviewed.ts';
import { countOf, without, type Scores } from './scores.ts';

/** Whether it is worth going on: what was found, what is left, and how sure that is. */
export interface Stopping {
  /** cases seen one by one, and errors among them */
  seen: number;
  found: number;
  /** errors expected among cases that were changed unseen, many at once */
  taken: Estimate;
  /** among those that wait for a verdict, skipped ones too */
  left: Estimate;
  /** among those left as they are, many at once */
  dismissed: Estimate;
  /** found and taken of all errors there are in the queue, 0..1; null: it holds none to speak of */
  share: Estimate | null;
  /** errors expected in as many cases as `Reviewed.recent` looks back on, highest score first */
  next: number;
  /** cases that wait, by score */
  open: Scores;
  recalibration: Recalibration;
}

export function stoppingOf({ all, errors, fine, changed, left: kept }: Reviewed): Stopping {
  const recalibration = recalibrate(errors, fine);
  const open = without(all, errors, fine, changed, kept);
  const [taken, left, dismissed] = [changed, open, kept].map((scores) => expectedErrors(scores, recalibration));
  const found = countOf(errors);
  return {
    seen: found + countOf(fine),
    ...{ found, taken, left, dismissed, open, recalibration },
    share: shareOf(found + taken.expected, left, dismissed),
    next: expectedNext(open, recalibration, RECENT),
  };
}

function shareOf(found: number, left: Estimate, dismissed: Estimate): Estimate | null {
  const of = (missing: number) => found / Math.max(found + missing, 1e-9);
  if (found + left.high + dismissed.high < 0.5) return null;
  return {
    expected: of(left.expected + dismissed.expected),
    low: of(left.high + dismissed.high),
    high: of(left.low + dismissed.low),
  };
}
