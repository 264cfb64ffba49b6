import { IGNORE } from '../../../common/dataset.ts';
import type { Ground, LabelObject } from './ground.ts';

type Size = Pick<Ground, 'width' | 'height'>;

/** 1 inside the object, over the whole picture. */
export function maskOf({ pixels }: Pick<LabelObject, 'pixels'>, { width, height }: Size): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const i of pixels) mask[i] = 1;
  return mask;
}

/** Pixels of the object that touch another label, sides only; the picture's own border is no outline. */
export function outlineOf({ pixels }: LabelObject, inside: Uint8Array, { width, height }: Size): Int32Array {
  return pixels.filter((i) => neighbours(i, width, height).some((n) => !inside[n]));
}

/** All pixels within `radius` of those, ascending. */
export function bandAround(places: Int32Array, radius: number, { width, height }: Size): Int32Array {
  const mask = new Uint8Array(width * height);
  let [first, last] = [height, -1];
  for (const i of places) {
    const [cx, cy] = [i % width, Math.floor(i / width)];
    const [top, bottom] = [Math.max(0, cy - radius), Math.min(height - 1, cy + radius)];
    for (let y = top; y <= bottom; y++) {
      const reach = Math.floor(Math.sqrt(radius ** 2 - (y - cy) ** 2));
      mask.fill(1, y * width + Math.max(0, cx - reach), y * width + Math.min(width, cx + reach + 1));
    }
    first = Math.min(first, top);
    last = Math.max(last, bottom);
  }
  const pixels: number[] = [];
  for (let i = first * width; i < (last + 1) * width; i++) if (mask[i]) pixels.push(i);
  return Int32Array.from(pixels);
}

/** The object moved, as far as it stays in the picture; ascending as before. */
export function moved({ pixels }: LabelObject, dx: number, dy: number, { width, height }: Size): Int32Array {
  return pixels
    .filter((i) => {
      const [x, y] = [(i % width) + dx, Math.floor(i / width) + dy];
      return x >= 0 && x < width && y >= 0 && y < height;
    })
    .map((i) => i + dy * width + dx);
}

/**
 * What the surroundings would make of a region: each pixel gets the label of the nearest pixel, by steps sideways, that is
 * not marked in `closed`, which holds the region too. IGNORE where nothing labelled is reached.
 */
export function fillFromAround(region: Int32Array, closed: Uint8Array, { given, width, height }: Ground): Uint8Array {
  const filled = new Map<number, number>();
  for (const i of region) filled.set(i, IGNORE);
  const queue: number[] = [];
  for (const i of region) {
    const outside = neighbours(i, width, height).find((n) => !closed[n] && given[n] !== IGNORE);
    if (outside === undefined) continue;
    filled.set(i, given[outside]);
    queue.push(i);
  }
  for (let at = 0; at < queue.length; at++) {
    const label = filled.get(queue[at]) ?? IGNORE;
    for (const n of neighbours(queue[at], width, height)) {
      if (filled.get(n) !== IGNORE) continue;
      filled.set(n, label);
      queue.push(n);
    }
  }
  return Uint8Array.from(region, (i) => filled.get(i) ?? IGNORE);
}

/** Above, left, right, below, as far as they are in the picture. */
function neighbours(i: number, width: number, height: number): number[] {
  const x = i % width;
  const found: number[] = [];
  if (i >= width) found.push(i - width);
  if (x > 0) found.push(i - 1);
  if (x < width - 1) found.push(i + 1);
  if (i < width * (height - 1)) found.push(i + width);
  return found;
}
