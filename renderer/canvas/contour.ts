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
 * The outline of a mask of 0 and 1 along its pixel edges, holes included, as axis-parallel pieces: neighbouring edges in one line
 * are one piece. The lines between the rows are walked first, then those between the columns.
 */
export function outline(mask: Uint8Array, [left, top, width, height]: Box): Int32Array {
  const pieces: number[] = [];
  walk(mask, { lines: height, step: width }, { places: width, step: 1 }, (line, from, to) =>
    pieces.push(left + from, top + line, left + to, top + line),
  );
  walk(mask, { lines: width, step: 1 }, { places: height, step: width }, (line, from, to) =>
    pieces.push(left + line, top + from, left + line, top + to),
  );
  return Int32Array.from(pieces);
}

/** Tells the runs of places at which the mask differs on the two sides of a line; `step`: how far apart neighbours lie. */
function walk(
  mask: Uint8Array,
  across: { lines: number; step: number },
  along: { places: number; step: number },
  tell: (line: number, from: number, to: number) => void,
) {
  for (let line = 0; line <= across.lines; line++) {
    const after = line * across.step;
    const before = after - across.step;
    const [first, last] = [line === 0, line === across.lines];
    let start = -1;
    for (let place = 0, i = 0; place < along.places; place++, i += along.step) {
      const edge = (first ? 0 : mask[before + i]) !== (last ? 0 : mask[after + i]);
      if (edge === start >= 0) continue;
      if (!edge) tell(line, start, place);
      start = edge ? place : -1;
    }
    if (start >= 0) tell(line, start, along.places);
  }
}
