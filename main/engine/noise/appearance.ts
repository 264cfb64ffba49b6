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
  for (let y = 0; y < height; y += STEP) {
    const end = (y + 1) * width;
    for (let i = y * width; i < end; i += STEP) {
      const agreed = given[i];
      if (agreed !== label[i] || agreed === IGNORE) continue;
      seen[agreed * COLOURS + colourAt(rgb, i)]++;
      total[agreed]++;
    }
  }
  return { rgb, width, height, steepness: Math.max(1, meanSteepness(rgb, width, height)), seen, total, known };
}

function meanSteepness(rgb: Uint8Array, width: number, height: number): number {
  let sum = 0;
  const row = 3 * width;
  for (let y = STEP; y < height - 1; y += STEP) {
    const last = (y + 1) * row - 3;
    for (let at = y * row + 3 * STEP + 1; at < last; at += 3 * STEP) sum += Math.sqrt(gradientAt(rgb, at, row));
  }
  return sum / Math.max(1, Math.ceil(width / STEP) * Math.ceil(height / STEP));
}

/**
 * Over the pixels start … end − 1: log of how much likelier each has its colour in class `proposed` than in class `given`, by
 * what the picture shows of both.
 */
export function colourRatios(
  appearance: Appearance,
  start: number,
  end: number,
  proposed: number,
  given: number,
): number {
  const { rgb, total, known } = appearance;
  const ofPair = (known[proposed * total.length + given] ??= new Float32Array(COLOURS).fill(NaN));
  let sum = 0;
  for (let i = start; i < end; i++) {
    const colour = colourAt(rgb, i);
    let ratio = ofPair[colour];
    if (Number.isNaN(ratio)) ratio = ofPair[colour] = Math.fround(ratioOf(appearance, colour, proposed, given));
    sum += ratio;
  }
  return sum;
}

const ratioOf = (appearance: Appearance, colour: number, proposed: number, given: number): number =>
  Math.log(shareOf(appearance, colour, proposed) / shareOf(appearance, colour, given));

const shareOf = ({ seen, total }: Appearance, colour: number, k: number): number =>
  (seen[k * COLOURS + colour] + PRIOR) / (total[k] + PRIOR * COLOURS);

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

/** The larger one of two neighbours. `inside`: neither is on the border of the picture. */
export function steepnessAlong(appearance: Appearance, i: number, j: number, inside: boolean): number {
  const { rgb, width } = appearance;
  const a = inside ? gradientAt(rgb, 3 * i + 1, 3 * width) : squareAt(appearance, i);
  const b = inside ? gradientAt(rgb, 3 * j + 1, 3 * width) : squareAt(appearance, j);
  return Math.sqrt(a > b ? a : b);
}

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
