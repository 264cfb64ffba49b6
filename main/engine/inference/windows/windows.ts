import type { Blend, WindowSettings } from '../../../../common/ensemble.ts';

/** One axis of a picture as windows cover it. The windows of a picture are all pairs of one across and one down. */
export interface WindowAxis {
  /** of the picture, pixels */
  length: number;
  /** of a window, pixels */
  size: number;
  /** first pixel of each window, ascending; negative where the picture is smaller than a window */
  starts: number[];
  /** share of each window in the outcome at each of its places; at every pixel they come to 1, beside the picture to 0 */
  shares: Float64Array[];
  /** the picture in runs of pixels for which the same windows count, in order */
  spans: Span[];
}

/** Pixels [from, to), for which the windows [first, last] count. */
export interface Span {
  from: number;
  to: number;
  first: number;
  last: number;
}

/**
 * Lays windows along an axis of `length` pixels: a step of size · (1 − overlap), cut to whole pixels, the last window
 * shifted back inside, as in MONAI's `_get_scan_interval` and `dense_patch_slices` and mmsegmentation's `slide_inference`.
 * A picture smaller than a window lies in the middle of it, as MONAI pads. With `keep` below 1 only the central share of
 * a window counts, to the picture's own border for the outermost; the step is then no longer than what counts, so that
 * every pixel is covered.
 */
export function layWindows(length: number, { size, overlap, blend, keep }: WindowSettings): WindowAxis {
  const margin = Math.min(Math.floor((size * (1 - keep)) / 2), (size - 1) >> 1);
  const step = Math.max(1, Math.min(Math.trunc(size * (1 - overlap)), size - 2 * margin));
  const starts = startsOf(length, size, step);
  const last = starts.length - 1;
  const from = starts.map((start, i) => (i === 0 ? 0 : start + margin));
  const to = starts.map((start, i) => (i === last ? length : start + size - margin));
  const weights = blendWeights(size, blend);
  const total = new Float64Array(length);
  for (const [i, start] of starts.entries()) for (let x = from[i]; x < to[i]; x++) total[x] += weights[x - start];
  const shares = starts.map((start, i) =>
    weights.map((weight, n) => (start + n >= from[i] && start + n < to[i] ? weight / total[start + n] : 0)),
  );
  return { length, size, starts, shares, spans: spansOf(from, to) };
}

function startsOf(length: number, size: number, step: number): number[] {
  if (length <= size) return [0 - Math.floor((size - length) / 2)];
  const count = Math.ceil((length - size) / step) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(i * step, length - size));
}

/**
 * All windows, as [column, row], in an order in which little has to be kept: row by row, but the last two rows, of which
 * the last was shifted back and may lie nearly on the one before, side by side.
 */
export function windowsOf(across: WindowAxis, down: WindowAxis): [column: number, row: number][] {
  const columns = [...across.starts.keys()];
  const rows = [...down.starts.keys()];
  const pair = rows.splice(-2);
  return [
    ...rows.flatMap((row) => columns.map((column): [number, number] => [column, row])),
    ...columns.flatMap((column) => pair.map((row): [number, number] => [column, row])),
  ];
}

/**
 * Weights along one axis of a window, all above 0; a window's own are their product. Gaussian: σ = size / 8 about
 * (size − 1) / 2, zeros replaced by the smallest positive weight (nnU-Net, MONAI). Hann: sin²(π (i + ½) / size).
 */
export function blendWeights(size: number, blend: Blend): Float64Array {
  const weights = new Float64Array(size).map((_, i) => {
    if (blend === 'constant') return 1;
    if (blend === 'hann') return Math.sin((Math.PI * (i + 0.5)) / size) ** 2;
    return Math.exp(-0.5 * ((i - (size - 1) / 2) / (size / 8)) ** 2);
  });
  const least = weights.reduce((least, weight) => (weight > 0 ? Math.min(least, weight) : least), Infinity);
  return weights.map((weight) => weight || least);
}

/** Window i counts at [from[i], to[i]); both ascend. */
function spansOf(from: readonly number[], to: readonly number[]): Span[] {
  const cuts = [...new Set([...from, ...to])].sort((a, b) => a - b);
  let [first, last] = [0, 0];
  return cuts.slice(1).map((end, i) => {
    const start = cuts[i];
    while (to[first] <= start) first++;
    while (last + 1 < from.length && from[last + 1] <= start) last++;
    return { from: start, to: end, first, last };
  });
}

/** Places `start` to `start + size` of an axis of `length` pixels, mirrored at both ends as often as it takes. */
export function mirrored(start: number, size: number, length: number): Int32Array {
  const period = Math.max(1, 2 * (length - 1));
  return new Int32Array(size).map((_, i) => {
    const place = (((start + i) % period) + period) % period;
    return Math.min(place, period - place, length - 1);
  });
}

/** Copies one window of an RGB picture, row by row, to `into`: size × size × 3 bytes. */
export function cutWindow(
  rgb: Uint8Array,
  across: WindowAxis,
  down: WindowAxis,
  column: number,
  row: number,
  into: Uint8Array,
): void {
  const { size, length: width } = across;
  const start = across.starts[column];
  const columns = width < size ? mirrored(start, size, width) : null;
  mirrored(down.starts[row], size, down.length).forEach((y, n) => {
    const line = rgb.subarray(y * width * 3, (y + 1) * width * 3);
    const at = n * size * 3;
    if (!columns) into.set(line.subarray(start * 3, (start + size) * 3), at);
    else columns.forEach((x, i) => into.set(line.subarray(x * 3, x * 3 + 3), at + i * 3));
  });
}
