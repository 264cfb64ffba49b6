import { availableParallelism } from 'node:os';
import type { SampleRow } from '../../../common/dataset.ts';

/** Pixels under way at a time; each takes five bytes or a few more. */
const PIXELS = 1 << 26;

/** How many pictures to work on at a time: what keeps the processor busy, but not more than memory should be asked for. */
export function lanesFor(pictures: readonly SampleRow[]): number {
  const largest = pictures.reduce((most, { width, height }) => Math.max(most, width * height), 1);
  return Math.max(1, Math.min(availableParallelism() + 1, Math.floor(PIXELS / largest)));
}
