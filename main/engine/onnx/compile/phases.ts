import type { GraphBuilder } from '../builder.ts';
import { inFours, transpose, type Matrix } from './transpose.ts';

/**
 * Upsampling by a whole factor s, half-pixel and bilinear, blends the same two or three rows and columns with the same
 * weights at every s-th pixel. So it is a convolution with s × s outputs, one for each *phase* (a, b): the pixels at
 * (s·i + a, s·j + b). Everything that looks at one pixel only (softmax, sums, argmax) may go on in this order of pixels,
 * [1, K, s·s·h, w], and only the bytes that go in and come out are put in order. On a CPU the convolution takes two fifths of the
 * time of Resize, whose result it is but for rounding.
 */
export interface Phases {
  factor: number;
  /** of the coarse map */
  height: number;
  width: number;
  /**
   * Rows of the coarse map taken at a time, so that what is made of them stays in the processor's cache from one operator
   * to the next. The order of pixels is by such strips, and inside each by phase.
   */
  rows: number;
}

/** Bytes of float32 probabilities in one strip. */
const STRIP = 1280 << 10;

/** More outputs than this make weights larger than what they save. */
const MOST_OUTPUTS = 8192;

/** How a map of `coarse` becomes one of `size`; null: not by a whole factor that pays. */
export function phasesOf(
  coarse: { height: number; width: number },
  size: { height: number; width: number },
  classes: number,
): Phases | null {
  const factor = size.height / coarse.height;
  const fits = Number.isInteger(factor) && factor > 1 && coarse.width * factor === size.width;
  if (!fits || coarse.height < 2 || coarse.width < 2 || classes * factor ** 2 > MOST_OUTPUTS) return null;
  const strips = Math.ceil((4 * classes * size.width * size.height) / STRIP);
  return { factor, height: coarse.height, width: coarse.width, rows: Math.ceil(coarse.height / strips) };
}

/** Where each strip begins, and how many rows of the coarse map it has. */
export function stripsOf({ height, rows }: Phases): { first: number; rows: number }[] {
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => {
    return { first: i * rows, rows: Math.min(rows, height - i * rows) };
  });
}

/** `map` [1, channels, h, w] upsampled, its pixels by phase: [1, channels, s·s·rows, w] for each strip. */
export function upsampleByPhase(graph: GraphBuilder, map: string, channels: number, phases: Phases): string[] {
  const { factor, width } = phases;
  const taps = Array.from({ length: factor }, (_, phase) => tapsOf(phase, factor));
  const weights = taps.flatMap((down) => taps.flatMap((across) => down.flatMap((a) => across.map((b) => a * b))));
  const kernel = graph.float(Array<number[]>(channels).fill(weights).flat(), [channels * factor ** 2, 1, 3, 3]);
  // Half-pixel Resize repeats the outermost row and column, which is what an edge is.
  const padded = graph.add('Pad', [map, graph.int64s([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'edge' });
  return stripsOf(phases).map(({ first, rows }) => {
    const strip = graph.slice(padded, 2, first, first + rows + 2);
    const fine = graph.add('Conv', [strip, kernel], { group: channels });
    return graph.add('Reshape', [fine, graph.int64s([1, channels, factor ** 2 * rows, width])]);
  });
}

/** Height and width of a map whose pixels are in order of phase. */
export const phasedSize = ({ factor, height, width }: Phases): [number, number] => [factor ** 2 * height, width];

/** Bytes in rows, H × W, in order of phase. Done here, because Transpose takes five times as long with bytes. */
export function toPhases(rows: Uint8Array, phases: Phases): Uint8Array {
  const { factor, height, width } = phases;
  const bytes = new Uint8Array(rows.length);
  const [from, to] = [foursOf(rows, phases), foursOf(bytes, phases)];
  for (let y = 0, at = 0; y < height * factor; y++) {
    const place = placeOfRow(y, phases);
    if (from && to) transpose(from, { first: y * width * factor, step: factor }, to, place, factor, width);
    else
      for (let x = place.first; x < place.first + width; x++)
        for (let b = 0, i = x; b < factor; b++, i += place.step) bytes[i] = rows[at++];
  }
  return bytes;
}

/** Planes of bytes in order of phase, one after the other, in rows again. `zero`: number of one that is 0 throughout. */
export function fromPhases(planes: Uint8Array, phases: Phases, zero: number | null = null): Uint8Array {
  const { factor, height, width } = phases;
  const bytes = new Uint8Array(planes.length);
  const [from, to] = [foursOf(planes, phases), foursOf(bytes, phases)];
  const size = factor ** 2 * height * width;
  for (let start = 0; start < planes.length; start += size) {
    if (start / size === zero) continue;
    for (let y = 0, at = start; y < height * factor; y++) {
      const { first, step } = placeOfRow(y, phases);
      const row = { first: start + y * width * factor, step: factor };
      if (from && to) transpose(from, { first: start + first, step }, to, row, width, factor);
      else
        for (let x = start + first; x < start + first + width; x++)
          for (let b = 0, i = x; b < factor; b++, i += step) bytes[at++] = planes[i];
    }
  }
  return bytes;
}

/** Four pixels as one number, where whatever is in order of phase comes in fours. */
const foursOf = (bytes: Uint8Array, { factor, width }: Phases): Int32Array | null =>
  factor % 4 || width % 4 ? null : inFours(bytes);

/** Where pixel (x, y) lies in order of phase. */
export function placeOfPixel(x: number, y: number, phases: Phases): number {
  const { first, step } = placeOfRow(y, phases);
  return first + Math.floor(x / phases.factor) + (x % phases.factor) * step;
}

/** Where the first pixel of row `y` lies in order of phase, and how much further the one right of it. */
function placeOfRow(y: number, { factor, height, width, rows }: Phases): Matrix {
  const row = Math.floor(y / factor);
  const above = row - (row % rows);
  const step = Math.min(rows, height - above) * width;
  return { first: above * factor ** 2 * width + (y % factor) * factor * step + (row - above) * width, step };
}

/** Weights of the place before, the place itself and the one after. */
function tapsOf(phase: number, factor: number): number[] {
  const offset = (phase + 0.5) / factor - 0.5;
  return [Math.max(0, -offset), 1 - Math.abs(offset), Math.max(0, offset)];
}
