import type { InputSize, TtaSettings, WindowSettings } from './ensemble.ts';

/** How many network runs settings come to, before anything runs. */

/** Scales are told apart to six digits. */
const DIGITS = 1e6;

const distinct = (values: readonly (string | number)[]): number => new Set(values).size;

/** The ways to lay down a picture, of eight at most: mirrored both ways is turned by 180°. */
function turns({ hflip, vflip, rot90 }: TtaSettings): number {
  if (rot90) return hflip || vflip ? 8 : 4;
  return (hflip ? 2 : 1) * (vflip ? 2 : 1);
}

/**
 * Runs of one member for a picture, or for each window of it: its sizes × test-time augmentation, without those that come
 * to the same. `sizes` absent: the picture's own; `fixed`: the network takes one size only, whatever it is asked for.
 */
export function countPasses(tta: TtaSettings, sizes: readonly InputSize[] | undefined, fixed: boolean): number {
  const own: readonly InputSize[] = sizes?.length ? sizes : [{ scale: 1 }];
  const scales = [1, ...tta.scales];
  const laid = fixed ? 1 : distinct(own.flatMap((size) => scales.map((scale) => scaled(size, scale))));
  return turns(tta) * laid * distinct([1, ...tta.multiply]) * distinct([0, ...tta.add]);
}

function scaled(size: InputSize, scale: number): string {
  if ('scale' in size) return String(Math.round(size.scale * scale * DIGITS));
  return `${Math.round(size.width * scale)}×${Math.round(size.height * scale)}`;
}

/** Windows that cover a picture of this size, pixels; 1 where it runs whole. */
export function countWindows({ width, height }: { width: number; height: number }, window: WindowSettings | null) {
  return window ? along(width, window) * along(height, window) : 1;
}

/** The step is whole pixels, and no longer than what is kept of a window. */
function along(length: number, { size, overlap, keep }: WindowSettings): number {
  const margin = Math.min(Math.floor((size * (1 - keep)) / 2), (size - 1) >> 1);
  const step = Math.max(1, Math.min(Math.trunc(size * (1 - overlap)), size - 2 * margin));
  return length <= size ? 1 : Math.ceil((length - size) / step) + 1;
}
