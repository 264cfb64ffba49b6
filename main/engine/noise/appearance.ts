import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';

/** Colours are told apart by the highest three bits of red, green and blue. */
const COLOURS = 512;
/** Pixels that every colour has of every class before any is seen. */
const PRIOR = 0.05;
/** Every so many pixels across and down are enough for the colours of a class. */
const STEP = 2;

/**
 * What the picture itself says, apart from any model: the colours each class has where label and proposal agree, and how
 * steep the picture is.
 */
export interface Appearance {
  rgb: Uint8Array;
  width: number;
  height: number;
  /** mean steepness of the picture, grey levels over two pixels, at least 1 */
  steepness: number;
  /** [class · COLOURS + colour] pixels seen, and all of a class */
  seen: Uint32Array;
  total: Uint32Array;
  /** [proposed class · classes + given class][colour] as far as asked for: a picture has few colours, and a logarithm takes long */
  known: (Float32Array | undefined)[];
}

/** `rgb`: width × height × 3 bytes. Linear in the pixels, one in four of which is looked at. */
export function lookAt(
  rgb: Uint8Array,
  { width, height, label }: Planes,
  given: Uint8Array,
  classes: number,
): Appearance {
  const seen = new Uint32Array(classes * COLOURS);
  const total = new Uint32Array(classes);
  const known = new Array<undefined>(classes * classes).fill(undefined);
  const appearance: Appearance = { rgb, width, height, steepness: 1, seen, total, known };
  for (let y = 0; y < height; y += STEP) {
    for (let i = y * width; i < (y + 1) * width; i += STEP) {
      const known = given[i];
      if (known !== label[i] || known === IGNORE) continue;
      seen[known * COLOURS + colourAt(rgb, i)]++;
      total[known]++;
    }
  }
  appearance.steepness = Math.max(1, meanSteepness(rgb, width, height));
  return appearance;
}

function meanSteepness(rgb: Uint8Array, width: number, height: number): number {
  let sum = 0;
  for (let y = STEP; y < height - 1; y += STEP) {
    const last = 3 * ((y + 1) * width - 1);
    for (let at = 3 * (y * width + STEP) + 1; at < last; at += 3 * STEP)
      sum += Math.sqrt(gradientAt(rgb, at, 3 * width));
  }
  return sum / Math.max(1, Math.ceil(width / STEP) * Math.ceil(height / STEP));
}

/**
 * Over the pixels start … end − 1: log of how much likelier each has its colour in class `proposed` than in class `given`, by
 * what the picture shows of both.
 */
export function colourRatios(
  { rgb, seen, total, known }: Appearance,
  start: number,
  end: number,
  proposed: number,
  given: number,
): number {
  const ofPair = (known[proposed * total.length + given] ??= new Float32Array(COLOURS).fill(NaN));
  let sum = 0;
  for (let i = start; i < end; i++) {
    const colour = colourAt(rgb, i);
    if (Number.isNaN(ofPair[colour])) {
      const share = (k: number) => (seen[k * COLOURS + colour] + PRIOR) / (total[k] + PRIOR * COLOURS);
      ofPair[colour] = Math.log(share(proposed) / share(given));
    }
    sum += ofPair[colour];
  }
  return sum;
}

/**
 * Over the pixels start … end − 1 of one row: length of the gradient of the green channel, grey levels over two pixels; 0
 * along the picture's border.
 */
export function steepnessOf({ rgb, width, height }: Appearance, start: number, end: number): number {
  const y = Math.floor(start / width);
  if (y === 0 || y === height - 1) return 0;
  let sum = 0;
  const last = Math.min(end, (y + 1) * width - 1);
  for (let i = Math.max(start, y * width + 1); i < last; i++)
    sum += Math.fround(Math.sqrt(gradientAt(rgb, 3 * i + 1, 3 * width)));
  return sum;
}

/** The larger one of two neighbours. */
export const steepnessAlong = (appearance: Appearance, i: number, j: number): number =>
  Math.sqrt(Math.max(squareAt(appearance, i), squareAt(appearance, j)));

function squareAt({ rgb, width, height }: Appearance, i: number): number {
  const y = Math.floor(i / width);
  const x = i - y * width;
  if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return 0;
  return gradientAt(rgb, 3 * i + 1, 3 * width);
}

/** The square of it at byte `at`, whose neighbours up and down are `row` bytes away. */
function gradientAt(rgb: Uint8Array, at: number, row: number): number {
  const across = rgb[at + 3] - rgb[at - 3];
  const down = rgb[at + row] - rgb[at - row];
  return across * across + down * down;
}

const colourAt = (rgb: Uint8Array, i: number) =>
  ((rgb[3 * i] >> 5) << 6) | ((rgb[3 * i + 1] >> 5) << 3) | (rgb[3 * i + 2] >> 5);
