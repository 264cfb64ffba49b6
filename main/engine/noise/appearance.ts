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
  seen: Float32Array;
  total: Float32Array;
}

/** `rgb`: width × height × 3 bytes. Linear in the pixels, one in four of which is looked at. */
export function lookAt(
  rgb: Uint8Array,
  { width, height, label }: Planes,
  given: Uint8Array,
  classes: number,
): Appearance {
  const seen = new Float32Array(classes * COLOURS);
  const total = new Float32Array(classes);
  const appearance = { rgb, width, height, steepness: 1, seen, total };
  let steep = 0;
  let places = 0;
  for (let y = 0; y < height; y += STEP) {
    for (let i = y * width; i < (y + 1) * width; i += STEP) {
      const known = given[i];
      if (known === label[i] && known !== IGNORE) {
        seen[known * COLOURS + colourAt(rgb, i)]++;
        total[known]++;
      }
      steep += steepnessAt(appearance, i);
      places++;
    }
  }
  appearance.steepness = Math.max(1, steep / Math.max(1, places));
  return appearance;
}

/** log of how much likelier pixel i has this colour in class `proposed` than in class `given`, by what the picture shows of both. */
export function colourRatio({ rgb, seen, total }: Appearance, i: number, proposed: number, given: number): number {
  const colour = colourAt(rgb, i);
  const share = (k: number) => (seen[k * COLOURS + colour] + PRIOR) / (total[k] + PRIOR * COLOURS);
  return Math.log(share(proposed) / share(given));
}

/** Length of the gradient of the green channel, grey levels over two pixels; 0 along the picture's border. */
export function steepnessAt({ rgb, width, height }: Appearance, i: number): number {
  const y = Math.floor(i / width);
  const x = i - y * width;
  if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return 0;
  const at = 3 * i + 1;
  const across = rgb[at + 3] - rgb[at - 3];
  const down = rgb[at + 3 * width] - rgb[at - 3 * width];
  return Math.sqrt(across * across + down * down);
}

const colourAt = (rgb: Uint8Array, i: number) =>
  ((rgb[3 * i] >> 5) << 6) | ((rgb[3 * i + 1] >> 5) << 3) | (rgb[3 * i + 2] >> 5);
