import { expect, test } from 'vitest';
import { encodeRle } from '../../common/rle.ts';
import { outline, shapeOf } from '../../renderer/canvas/contour.ts';
import type { Box } from '../../renderer/canvas/viewport.ts';

/** A repeatable mask with holes, islands and diagonal touches. */
function blobs(width: number, height: number, seed: number): Uint8Array {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Uint8Array.from({ length: width * height }, () => (random() < 0.55 ? 1 : 0));
}

const pieces = (segments: Int32Array) =>
  Array.from({ length: segments.length / 4 }, (_, i) => [...segments.subarray(4 * i, 4 * i + 4)]);

/** Fills from the upright pieces alone: a pixel is inside where an odd number of them lies left of it. */
function fill(segments: Int32Array, [left, top, width, height]: Box): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const [x0, y0, x1, y1] of pieces(segments)) {
    if (x0 !== x1) continue;
    for (let y = y0; y < y1; y++) for (let x = x0; x < left + width; x++) mask[(y - top) * width + x - left] ^= 1;
  }
  return mask;
}

test('a mask comes back from its outline, holes and all', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const box: Box = [7, 11, 13 + seed, 9];
    const mask = blobs(box[2], box[3], seed);
    expect(fill(outline(mask, box), box)).toEqual(mask);
  }
});

test('every point of the outline is met by an even number of pieces: all lines are closed', () => {
  const segments = outline(blobs(20, 17, 9), [0, 0, 20, 17]);
  const ends = new Map<string, number>();
  const covered = new Map<string, number>();
  for (const [x0, y0, x1, y1] of pieces(segments)) {
    for (const end of [`${x0},${y0}`, `${x1},${y1}`]) ends.set(end, (ends.get(end) ?? 0) + 1);
    const steps = Math.max(x1 - x0, y1 - y0);
    for (let n = 0; n < steps; n++) {
      const edge = x0 === x1 ? `|${x0},${y0 + n}` : `-${x0 + n},${y0}`;
      covered.set(edge, (covered.get(edge) ?? 0) + 1);
    }
  }
  for (const [point, count] of ends) expect(count % 2, point).toBe(0);
  for (const [edge, count] of covered) expect(count, edge).toBe(1);
});

test('a rectangle has four pieces, at the picture’s own coordinates', () => {
  const segments = outline(new Uint8Array(6).fill(1), [4, 5, 3, 2]);
  expect(pieces(segments)).toEqual([
    [4, 5, 7, 5],
    [4, 7, 7, 7],
    [4, 5, 4, 7],
    [7, 5, 7, 7],
  ]);
});

test('a shape is the mask of its run lengths, cut to its box', () => {
  const [width, height] = [12, 8];
  const whole = new Uint8Array(width * height);
  for (const [x, y] of [
    [3, 2],
    [4, 2],
    [4, 3],
    [4, 4],
  ])
    whole[y * width + x] = 1;
  const shape = shapeOf(encodeRle(whole, width, height), [3, 2, 2, 3], { width, height });
  expect([...shape.mask]).toEqual([1, 1, 0, 1, 0, 1]);
  expect(() => shapeOf(encodeRle(whole, width, height), [0, 0, 1, 1], { width: 5, height: 5 })).toThrow(RangeError);
});
