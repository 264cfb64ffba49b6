import { makeScratch } from './scratch.ts';

/** Mean over a square of side 2 · radius + 1, written to `to`; the rim repeats. */
export function boxMean(
  values: Float32Array,
  width: number,
  height: number,
  radius: number,
  to: Float32Array,
): Float32Array {
  slideDown(slideAlong(values, width, height, radius), width, height, radius, to);
  return to;
}

const scratch = makeScratch();

/** Running mean along the rows; the ends repeat. */
function slideAlong(from: Float32Array, width: number, height: number, radius: number): Float32Array {
  const to = scratch(from.length);
  for (let y = 0; y < height; y++) slideRow(from, to, y * width, (y + 1) * width - 1, radius);
  return to;
}

function slideRow(from: Float32Array, to: Float32Array, start: number, end: number, radius: number): void {
  const share = 1 / (2 * radius + 1);
  let sum = from[start] * (radius + 1);
  for (let k = 1; k <= radius; k++) sum += from[start + k];
  for (let at = start; at <= end; at++) {
    to[at] = sum * share;
    sum += from[Math.min(end, at + radius + 1)] - from[Math.max(start, at - radius)];
  }
}

/** Running mean down the columns, all of them together, since a column's pixels lie far apart; the ends repeat. */
function slideDown(from: Float32Array, width: number, height: number, radius: number, to: Float32Array): void {
  const share = 1 / (2 * radius + 1);
  const sums = Float64Array.from(from.subarray(0, width), (value) => value * (radius + 1));
  for (let k = 1; k <= radius; k++) for (let x = 0; x < width; x++) sums[x] += from[k * width + x];
  for (let y = 0; y < height; y++) {
    const head = width * Math.min(height - 1, y + radius + 1);
    const tail = width * Math.max(0, y - radius);
    slideSums(sums, share, from, head, tail, to, y * width);
  }
}

function slideSums(
  sums: Float64Array,
  share: number,
  from: Float32Array,
  head: number,
  tail: number,
  to: Float32Array,
  at: number,
): void {
  for (let x = 0; x < sums.length; x++) {
    to[at + x] = sums[x] * share;
    sums[x] += from[head + x] - from[tail + x];
  }
}
