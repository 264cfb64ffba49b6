import type { GraphBuilder } from './builder.ts';

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
}

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
  return fits && coarse.height > 1 && coarse.width > 1 && classes * factor * factor <= MOST_OUTPUTS
    ? { factor, height: coarse.height, width: coarse.width }
    : null;
}

/** `map` [1, channels, h, w] upsampled, its pixels by phase: [1, channels, s·s·h, w]. */
export function upsampleByPhase(graph: GraphBuilder, map: string, channels: number, phases: Phases): string {
  const { factor, height, width } = phases;
  const taps = Array.from({ length: factor }, (_, phase) => tapsOf(phase, factor));
  const weights = taps.flatMap((down) => taps.flatMap((across) => down.flatMap((a) => across.map((b) => a * b))));
  const kernel = graph.float(Array<number[]>(channels).fill(weights).flat(), [channels * factor ** 2, 1, 3, 3]);
  // Half-pixel Resize repeats the outermost row and column, which is what an edge is.
  const padded = graph.add('Pad', [map, graph.int64s([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'edge' });
  const fine = graph.add('Conv', [padded, kernel], { group: channels });
  return graph.add('Reshape', [fine, graph.int64s([1, channels, factor ** 2 * height, width])]);
}

/** Height and width of a map whose pixels are in order of phase. */
export const phasedSize = ({ factor, height, width }: Phases): [number, number] => [factor ** 2 * height, width];

/** Bytes in rows, H × W, in order of phase. Done here, because Transpose takes five times as long with bytes. */
export function toPhases(rows: Uint8Array, phases: Phases): Uint8Array {
  const bytes = new Uint8Array(rows.length);
  eachRow(phases, (row, column, from) => {
    for (let at = row + column, i = from; i < from + phases.width; i++, at += phases.factor) bytes[i] = rows[at];
  });
  return bytes;
}

/** Planes of bytes in order of phase, one after the other, in rows again. */
export function fromPhases(planes: Uint8Array, phases: Phases): Uint8Array {
  const bytes = new Uint8Array(planes.length);
  const size = phases.factor ** 2 * phases.height * phases.width;
  for (let start = 0; start < planes.length; start += size)
    eachRow(phases, (row, column, from) => {
      let at = start + row + column;
      for (let i = start + from; i < start + from + phases.width; i++, at += phases.factor) bytes[at] = planes[i];
    });
  return bytes;
}

/** For each row of pixels and each phase in it: where the row starts, the first column, and its place by phase. */
function eachRow({ factor, height, width }: Phases, visit: (row: number, column: number, from: number) => void): void {
  for (let y = 0; y < height * factor; y++) {
    const first = (y % factor) * factor * height + Math.floor(y / factor);
    for (let b = 0; b < factor; b++) visit(y * width * factor, b, (first + b * height) * width);
  }
}

/** Weights of the place before, the place itself and the one after. */
function tapsOf(phase: number, factor: number): number[] {
  const offset = (phase + 0.5) / factor - 0.5;
  return [Math.max(0, -offset), 1 - Math.abs(offset), Math.max(0, offset)];
}
