import { expectedAhead, type Estimate } from '../../../common/expected.ts';
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

/** Of what is left, what the curve looks ahead to. */
const AHEAD = 0.9;
/** Cases it looks ahead at least. */
const LEAST = 50;

/** `curve` as the engine tells it; looks ahead until most of what is left would be found. */
export function curveOf({ curve }: Pick<Reviewed, 'curve'>, { left, open, recalibration }: Stopping): Curve {
  const [seen, found] = curve[curve.length - 1];
  const points = expectedAhead(open, recalibration);
  const end = points.findIndex(({ cases, found }) => cases >= LEAST && found >= AHEAD * left.expected);
  const shown = end < 0 ? points : points.slice(0, end + 1);
  const scaled = (by: number): Point[] => shown.map((point) => [seen + point.cases, found + by * point.found]);
  const share = (bound: keyof Estimate) => left[bound] / Math.max(left.expected, 1e-9);
  const [ahead, low, high] = [scaled(1), scaled(share('low')), scaled(share('high'))];
  const top = ahead[ahead.length - 1];
  // The band may reach beyond the frame: an upper bound that is far off must not press the curve flat.
  return { past: curve, ahead, low, high, cases: Math.max(LEAST, top[0]), found: Math.max(5, 1.15 * top[1]) };
}
