/**
 * COCO compressed run lengths of a binary mask: column-major runs (first of zeros), each from the fourth on stored as
 * the difference to the one two before it, in 5-bit groups offset by 48 (pycocotools `rleToString`).
 */

/**
 * Any non-zero byte of `mask` (row-major, width × height) counts as inside. `box` (x, y, width, height) tells where to
 * look; the mask must be empty outside it.
 */
export function encodeRle(
  mask: Uint8Array,
  width: number,
  height: number,
  [left, top, across, down]: readonly [number, number, number, number] = [0, 0, width, height],
): string {
  const counts: number[] = [];
  let changed = 0;
  let inside = 0;
  const turn = (at: number) => {
    counts.push(at - changed);
    changed = at;
    inside = 1 - inside;
  };
  for (let x = left; x < left + across; x++) {
    if (inside && top > 0) turn(x * height);
    for (let y = top, i = top * width + x; y < top + down; y++, i += width) {
      if ((mask[i] ? 1 : 0) !== inside) turn(x * height + y);
    }
    if (inside && top + down < height) turn(x * height + top + down);
  }
  if (inside && (left + across) * height < width * height) turn((left + across) * height);
  counts.push(width * height - changed);
  return packCounts(counts);
}

/** Row-major mask of 0 and 1. Throws RangeError where the runs do not add up to width × height. */
export function decodeRle(rle: string, width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  forEachRun(rle, width, height, (start, length) => {
    for (let n = 0, i = start; n < length; n++, i++) mask[(i % height) * width + Math.floor(i / height)] = 1;
  });
  return mask;
}

/** Writes `value` into `target` (row-major) wherever the mask is set; returns how many pixels changed. */
export function paintRle(rle: string, target: Uint8Array | Uint16Array, width: number, height: number, value: number) {
  let changed = 0;
  forEachRun(rle, width, height, (start, length) => {
    let x = Math.floor(start / height);
    let y = start - x * height;
    for (let n = 0; n < length; n++) {
      const i = y * width + x;
      if (target[i] !== value) {
        target[i] = value;
        changed++;
      }
      if (++y === height) {
        y = 0;
        x++;
      }
    }
  });
  return changed;
}

/** The whole picture as a region. */
export const wholeRle = (width: number, height: number): string => packCounts([0, width * height]);

/** Run lengths as they grow; `end` is where the last run of ones ends. */
interface Part {
  counts: number[];
  end: number;
}

/**
 * The parts of a region by a key of its pixels, each as run lengths of its own. `keyAt` takes a row-major pixel index;
 * pixels with a negative key are left out. Takes memory for the runs only, not for the picture.
 */
export function splitRle(
  rle: string,
  width: number,
  height: number,
  keyAt: (pixel: number) => number,
): Map<number, string> {
  const parts = new Map<number, Part>();
  let key = -1;
  let part: Part = { counts: [], end: 0 };
  forEachRun(rle, width, height, (start, length) => {
    let x = Math.floor(start / height);
    let y = start - x * height;
    for (let at = start; at < start + length; at++) {
      const found = keyAt(y * width + x);
      if (++y === height) {
        y = 0;
        x++;
      }
      if (found < 0) continue;
      if (found !== key) {
        key = found;
        part = parts.get(key) ?? { counts: [], end: 0 };
        parts.set(key, part);
      }
      if (part.end === at && at > 0) part.counts[part.counts.length - 1]++;
      else part.counts.push(at - part.end, 1);
      part.end = at + 1;
    }
  });
  const rest = (end: number) => (end < width * height ? [width * height - end] : []);
  return new Map([...parts].map(([key, { counts, end }]) => [key, packCounts([...counts, ...rest(end)])]));
}

/** Pixels inside. */
export function rleArea(rle: string): number {
  return unpackCounts(rle).reduce((sum, count, i) => sum + (i % 2 ? count : 0), 0);
}

/** Calls `each` with every run inside the mask, as column-major indexes of pixels. */
export function forEachRun(rle: string, width: number, height: number, each: (start: number, length: number) => void) {
  let position = 0;
  const counts = unpackCounts(rle);
  const total = counts.reduce((a, b) => a + b, 0);
  if (total !== width * height)
    throw new RangeError(`Expected run lengths of ${width * height} pixels (${width}×${height}), found ${total}.`);
  counts.forEach((count, i) => {
    if (i % 2 && count) each(position, count);
    position += count;
  });
}

function packCounts(counts: readonly number[]): string {
  const text = new Uint8Array(MOST_GROUPS * counts.length);
  let length = 0;
  for (let i = 0; i < counts.length; i++) {
    let rest = i > 2 ? counts[i] - counts[i - 2] : counts[i];
    for (let more = true; more;) {
      let group = rest & 0x1f;
      rest >>= 5;
      more = group & 0x10 ? rest !== -1 : rest !== 0;
      if (more) group |= 0x20;
      text[length++] = group + 48;
    }
  }
  return ascii.decode(text.subarray(0, length));
}

/** Groups of 5 bits a number takes. */
const MOST_GROUPS = 7;
const ascii = new TextDecoder();

function unpackCounts(rle: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < rle.length;) {
    let value = 0;
    let shift = 0;
    for (let more = true; more; shift += 5) {
      if (at >= rle.length) throw new RangeError('Expected more characters: the run lengths end in the middle of one.');
      const group = rle.charCodeAt(at++) - 48;
      value |= (group & 0x1f) << shift;
      more = (group & 0x20) !== 0;
      if (!more && group & 0x10) value |= -1 << (shift + 5);
    }
    if (counts.length > 2) value += counts[counts.length - 2];
    counts.push(value);
  }
  return counts;
}
