import type { SampleRow } from '../../../../common/dataset.ts';
import type { Dataset } from '../../dataset/dataset.ts';

/** So many held-out pictures are enough to leave the others out. */
const ENOUGH = 4;

/**
 * Labelled pictures spread evenly over the dataset, the same every time, in such an order that the first few are spread
 * over it as well. Those that are held out of the model's fold are preferred.
 */
export function choosePictures(
  { samples }: Pick<Dataset, 'samples'>,
  fold: number | null,
  folds: ReadonlyMap<string, number>,
  count: number,
): SampleRow[] {
  const labelled = samples.filter(({ mask }) => mask !== null);
  const heldOut = fold === null ? [] : labelled.filter(({ name }) => folds.get(name) === fold);
  const from = heldOut.length >= Math.min(count, ENOUGH) ? heldOut : labelled;
  const taken = Math.min(count, from.length);
  const spread = Array.from({ length: taken }, (_, i) => from[Math.floor(((i + 0.5) * from.length) / taken)]);
  return coarseFirst(taken).map((i) => spread[i]);
}

/** 0 … count − 1: every fourth part of the way first, then those halfway between, and so on. */
function coarseFirst(count: number): number[] {
  const order = new Set<number>();
  for (let step = Math.ceil(count / ENOUGH); order.size < count; step = Math.max(1, step >> 1))
    for (let i = 0; i < count; i += step) order.add(i);
  return [...order];
}
