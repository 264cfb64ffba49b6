import type { SweepPoint, ThresholdSweep } from '../../../common/insights.ts';
import { confidenceByte } from '../../../common/pseudo.ts';
import type { JointCounts } from './joint-counts.ts';

const STEPS = 100;

/**
 * A two-class task with class 1 predicted where p(1) reaches a threshold, at 0, 0.01 … 1. Of two classes p(1) is the
 * confidence of a pixel proposed as 1, and the rest of it elsewhere, so nothing is run again. null for more or fewer classes.
 */
export function sweepThreshold(counts: JointCounts): ThresholdSweep | null {
  if (counts.classes !== 2) return null;
  const [right0, wrong0] = [counts.proposed(0, true), counts.proposed(0, false)];
  const [right1, wrong1] = [counts.proposed(1, true), counts.proposed(1, false)];
  const points = Array.from({ length: STEPS + 1 }, (_, step) => {
    const least = confidenceByte(step / STEPS);
    let [hits, misses, alarms] = [0, 0, 0];
    for (let byte = 0; byte < 256; byte++) {
      const positive = right1[byte] + wrong0[255 - byte];
      if (byte < least) misses += positive;
      else {
        hits += positive;
        alarms += wrong1[byte] + right0[255 - byte];
      }
    }
    return pointOf(step / STEPS, hits, misses, alarms);
  });
  return { points, bestF1: bestOf(points, ({ f1 }) => f1), bestIou: bestOf(points, ({ iou }) => iou) };
}

/** Where nothing is predicted nothing is wrong (precision 1), where nothing is there nothing is missed (recall 1). */
const pointOf = (threshold: number, hits: number, misses: number, alarms: number): SweepPoint => ({
  threshold,
  precision: hits + alarms ? hits / (hits + alarms) : 1,
  recall: hits + misses ? hits / (hits + misses) : 1,
  f1: hits + misses + alarms ? (2 * hits) / (2 * hits + misses + alarms) : 1,
  iou: hits + misses + alarms ? hits / (hits + misses + alarms) : 1,
});

/** Place of the largest value; of equal ones the nearest to the middle, which is what would be used without a sweep. */
function bestOf(points: SweepPoint[], valueOf: (point: SweepPoint) => number): number {
  const fromMiddle = (at: number) => Math.abs(at - STEPS / 2);
  return points.reduce((best, point, at) => {
    const gain = valueOf(point) - valueOf(points[best]);
    return gain > 0 || (gain === 0 && fromMiddle(at) < fromMiddle(best)) ? at : best;
  }, 0);
}
