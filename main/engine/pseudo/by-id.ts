import type { ThresholdById } from '../../../common/journal.ts';
import { leastBytes, type AcceptedAt, type Threshold } from '../../../common/pseudo.ts';

/** As the journal has it, complete in itself. `ids`: mask-file id of each class index. */
export const byId = (threshold: Threshold, ids: readonly number[]): ThresholdById =>
  typeof threshold === 'number' ? threshold : Object.fromEntries(ids.map((id, k) => [id, threshold[k] ?? null]));

/** [class index]: least confidence byte that is kept of a scan with these `ids`. A class the line does not name is not kept. */
export const leastBytesOf = (threshold: ThresholdById, ids: readonly number[]): Uint16Array =>
  leastBytes(typeof threshold === 'number' ? threshold : ids.map((id) => threshold[id] ?? null));

export const acceptedAt = (threshold: ThresholdById): AcceptedAt =>
  typeof threshold === 'number' ? threshold : 'by class';

/** For a person: `at 0.9`, `by class, at 0.5 to 0.93`. */
export function levelsOf(threshold: ThresholdById): string {
  if (typeof threshold === 'number') return `at ${short(threshold)}`;
  const levels = Object.values(threshold).filter((one) => one !== null);
  if (!levels.length) return 'by class, nothing kept';
  const [low, high] = [Math.min(...levels), Math.max(...levels)].map(short);
  return low === high ? `by class, at ${low}` : `by class, at ${low} to ${high}`;
}

const short = (threshold: number) => String(Number(threshold.toFixed(3)));
