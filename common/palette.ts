/**
 * Default class colours: distinct from each other, from black, white and grey, also to eyes that see no red or no green.
 * Deterministic: colour i is the same however many are asked for.
 */

type Triple = [number, number, number];

/** Severe colour-vision deficiency on linear RGB, rows of 3 (Machado, Oliveira, Fernandes 2009): protan, deutan. */
const DEFICIENCIES = [
  [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
];

/** What a colour must stay away from besides the other colours: unlabelled pixels, the ground, the outline of the case. */
const TAKEN: Triple[] = [
  [242, 193, 78],
  [0, 0, 0],
  [128, 128, 128],
  [255, 255, 255],
];

const STEPS = [0, 32, 64, 96, 128, 160, 192, 224, 255];

/** OKLab lightness and chroma that show on a dark ground and over a picture. */
const [DARKEST, LIGHTEST, PALEST] = [0.48, 0.93, 0.06];

/** The first colours, all that most datasets need, are calm: chroma at most this. Many classes need the loud ones too. */
const [CALM, CALM_COLORS] = [0.17, 12];

let chosen: string[] | null = null;

/** `count` (0..255) colours as `#rrggbb`. */
export function classColors(count: number): string[] {
  chosen ??= choose(255);
  return chosen.slice(0, count);
}

/** Farthest-point selection: each next colour is the candidate whose nearest neighbour so far is farthest away. */
function choose(count: number): string[] {
  const candidates = STEPS.flatMap((r) => STEPS.flatMap((g) => STEPS.map((b): Triple => [r, g, b]))).filter((color) => {
    const [[lightness, a, b]] = looksOf(color);
    return lightness >= DARKEST && lightness <= LIGHTEST && Math.hypot(a, b) >= PALEST;
  });
  const looks = candidates.map(looksOf);
  const nearest = candidates.map(() => Infinity);
  const keepAway = (other: Triple[]) => {
    for (let i = 0; i < looks.length; i++) nearest[i] = Math.min(nearest[i], distance(looks[i], other));
  };
  for (const color of TAKEN) keepAway(looksOf(color));
  const calm = looks.map(([[, a, b]]) => Math.hypot(a, b) <= CALM);
  return Array.from({ length: count }, (_, n) => {
    const distances = n < CALM_COLORS ? nearest.map((distance, i) => (calm[i] ? distance : 0)) : nearest;
    const best = distances.indexOf(Math.max(...distances));
    keepAway(looks[best]);
    return hexColor(candidates[best]);
  });
}

/** OKLab of the colour as seen with full and with deficient vision. */
function looksOf(color: Triple): Triple[] {
  const linear = color.map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as Triple;
  return [linear, ...DEFICIENCIES.map((matrix) => multiply(matrix, linear))].map(okLab);
}

/** Full vision counts whole; the deficient ones, which see fewer colours, by the share they can still tell apart. */
function distance(a: Triple[], b: Triple[]): number {
  const apart = a.map((look, i) => length(look[0] - b[i][0], look[1] - b[i][1], look[2] - b[i][2]));
  return Math.min(apart[0], 1.3 * Math.min(...apart.slice(1)));
}

const length = (x: number, y: number, z: number) => Math.sqrt(x * x + y * y + z * z);

/** Björn Ottosson, "A perceptual color space for image processing" (2020). */
function okLab(linear: Triple): Triple {
  const cones = multiply(
    [
      0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
      0.6299787005,
    ],
    linear,
  ).map(Math.cbrt) as Triple;
  return multiply(
    [
      0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
      -0.808675766,
    ],
    cones,
  );
}

const multiply = (m: number[], [x, y, z]: Triple): Triple => [
  m[0] * x + m[1] * y + m[2] * z,
  m[3] * x + m[4] * y + m[5] * z,
  m[6] * x + m[7] * y + m[8] * z,
];

/** `#rrggbb` of three bytes. */
export function hexColor(rgb: readonly number[]): string {
  return `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Three bytes of `#rrggbb`. */
export function rgbOf(color: string): Triple {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
