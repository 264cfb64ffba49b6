import { decodeRle } from '../../common/rle.ts';
import type { Box, Size } from './viewport.ts';

/** A case as the canvas needs it: its mask cut to its box, and its outline. */
export interface Shape {
  box: Box;
  /** 1 inside, 0 outside; box width × box height */
  mask: Uint8Array;
  /** x0, y0, x1, y1 of every straight piece of the outline, picture pixels */
  segments: Int32Array;
}

/** Throws RangeError where the run lengths do not fit the picture. */
export function shapeOf(rle: string, box: Box, picture: Size): Shape {
  const whole = decodeRle(rle, picture.width, picture.height);
  const [left, top, width, height] = box;
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * picture.width + left;
    mask.set(whole.subarray(start, start + width), y * width);
  }
  return { box, mask, segments: outline(mask, box) };
}

/**
 * The outline of a mask along its pixel edges, holes included, as axis-parallel pieces: neighbouring edges in one line
 * are one piece. The lines between the pixels are walked row by row, then column by column, so nothing is visited twice.
 */
export function outline(mask: Uint8Array, [left, top, width, height]: Box): Int32Array {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] !== 0;
  const pieces: number[] = [];
  for (let y = 0; y <= height; y++)
    for (const [from, to] of runs(width, (x) => inside(x, y - 1) !== inside(x, y)))
      pieces.push(left + from, top + y, left + to, top + y);
  for (let x = 0; x <= width; x++)
    for (const [from, to] of runs(height, (y) => inside(x - 1, y) !== inside(x, y)))
      pieces.push(left + x, top + from, left + x, top + to);
  return Int32Array.from(pieces);
}

/** Runs of neighbouring places 0 … length − 1 that are edges: first, and one after the last. */
function* runs(length: number, isEdge: (at: number) => boolean): Generator<[number, number]> {
  let start = -1;
  for (let at = 0; at <= length; at++) {
    const edge = at < length && isEdge(at);
    if (edge && start < 0) start = at;
    if (!edge && start >= 0) {
      yield [start, at];
      start = -1;
    }
  }
}
