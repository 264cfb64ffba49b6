import { expectedAhead, type Ahead } from '../../../common/expected.ts';
import type { Reviewed } from '../../../common/reviewed.ts';
import type { Stopping } from '../../../common/stopping.ts';

type Point = readonly [cases: number, found: number];

/** Finds against cases reviewed one by one: what was, and what is expected ahead with its 95 % band. */
export interface Curve {
  past: readonly Point[];
  ahead: Point[];
  low: Point[];
  high: Point[];
  /** where the axes end */
  cases: number;
  found: number;
}

/** Of what is left, what the curve looks ahead to where that is near enough. */
const ENOUGH = 0.9;
/** Cases on it at least, and as many times those reviewed at most: what was must not be pressed into a corner. */
const LEAST = 100;
const TIMES = 4;

/** Looks ahead until most of what is left would be found, or as far as the past allows. */
export function curveOf({ curve }: Pick<Reviewed, 'curve'>, { left, open, recalibration }: Stopping): Curve {
  const [seen, found] = curve[curve.length - 1];
  const most = Math.max(LEAST, TIMES * seen) - seen;
  const points = upTo(expectedAhead(open, recalibration), most, ENOUGH * left.expected);
  const line = (of: 'found' | 'low' | 'high'): Point[] =>
    points.map((point) => [seen + point.cases, found + point[of]]);
  const [ahead, low, high] = [line('found'), line('low'), line('high')];
  const [cases, top] = high[high.length - 1];
  return { past: curve, ahead, low, high, cases: Math.max(1, cases), found: Math.max(1, 1.05 * top) };
}

/** The beginning of a course, cut off at so many cases or at the first point with so many finds. */
function upTo(points: readonly Ahead[], cases: number, found: number): Ahead[] {
  const end = points.findIndex((point) => point.cases >= cases || point.found >= found);
  if (end <= 0) return [...points];
  const [before, last] = [points[end - 1], points[end]];
  // The bins of the lowest scores hold thousands of cases.
  const share = Math.min(1, (cases - before.cases) / (last.cases - before.cases));
  const between = (of: keyof Ahead) => before[of] + share * (last[of] - before[of]);
  const cut = { cases: between('cases'), found: between('found'), low: between('low'), high: between('high') };
  return [...points.slice(0, end), cut];
}
