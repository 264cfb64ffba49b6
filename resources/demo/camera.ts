import { seeded, type Random } from './random.ts';
import { makeScratch } from './scratch.ts';

/** What a camera adds: the belt's motion, its lens, its sensor, its tone curve. */
export interface Camera {
  /** pixels the belt moves during the exposure */
  motion: number;
  /** lens blur, weight of the four neighbours 0..0.25 */
  softness: number;
  exposure: number;
  /** standard deviation at middle grey, of 255 */
  grain: number;
  vignette: number;
  /** red and blue gain */
  balance: [number, number];
}

export function makeCamera(random: Random): Camera {
  return {
    motion: random.chance(0.3) ? random.range(1, 3.2) : 0,
    softness: random.range(0.12, 0.19),
    exposure: random.range(1.05, 1.36),
    grain: random.range(1.6, 4.2),
    vignette: random.range(0.14, 0.34),
    balance: [random.range(0.95, 1.05), random.range(0.94, 1.06)],
  };
}

const GRAINS = 1 << 16;
const grains = (() => {
  const random = seeded(7);
  return Float32Array.from({ length: GRAINS }, () => random.normal());
})();

const TONES = 4096;
/** Linear light to sRGB bytes, as floats, through a filmic shoulder (Narkowicz's ACES fit). */
const tones = Float32Array.from({ length: TONES + 1 }, (_, i) => {
  const x = (i / TONES) * 2;
  const film = Math.min(1, (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14));
  return 255 * (film <= 0.0031308 ? 12.92 * film : 1.055 * film ** (1 / 2.4) - 0.055);
});

/** How much of its grain the sensor shows at each tone. */
const unrest = Float64Array.from(tones, (tone) => 1.25 - tone / 340);

/** Linear RGB to the bytes of a photograph, RGB interleaved. */
export function expose(light: Float32Array, width: number, height: number, camera: Camera, random: Random): Uint8Array {
  const soft = soften(smear(light, width, height, camera.motion), width, camera.softness);
  const bytes = new Uint8ClampedArray(light.length);
  const squared = Float32Array.from({ length: width }, (_, x) => ((2 * x) / width - 1) ** 2);
  for (let y = 0; y < height; y++) {
    const dy = (2 * y) / height - 1;
    exposeRow(soft, camera, squared, dy * dy, random.integer(0, GRAINS - 1), 3 * y * width, bytes);
  }
  return new Uint8Array(bytes.buffer);
}

/** The row that starts at `at`; `across` and `down`: squared distances from the middle, 0..1, of its columns and of itself. */
function exposeRow(
  soft: Float32Array,
  { exposure, balance, vignette, grain }: Camera,
  across: Float32Array,
  down: number,
  firstGrain: number,
  at: number,
  bytes: Uint8ClampedArray,
): void {
  const scale = (exposure * TONES) / 2;
  const red = balance[0] * scale;
  const blue = balance[1] * scale;
  for (let x = 0, i = at, g = firstGrain; x < across.length; x++) {
    const falloff = 1 - vignette * (across[x] + down) * 0.6;
    for (let c = 0; c < 3; c++, i++, g++) {
      const gain = c === 0 ? red : c === 1 ? scale : blue;
      const tone = Math.min(TONES, (soft[i] * gain * falloff) | 0);
      bytes[i] = tones[tone] + grain * unrest[tone] * grains[g & (GRAINS - 1)];
    }
  }
}

const scratch = { smeared: makeScratch(), soft: makeScratch() };

/** Mean over `pixels` along the belt; the ends repeat. */
function smear(light: Float32Array, width: number, height: number, pixels: number): Float32Array {
  if (pixels < 1) return light;
  const side = (pixels - 1) / 2;
  const whole = Math.floor(side);
  const out = scratch.smeared(light.length).fill(0);
  for (let k = -whole - 1; k <= whole + 1; k++) {
    const weight = (Math.abs(k) > whole ? side - whole : 1) / pixels;
    for (let y = 0; y < height; y++) addShifted(light, k, weight, 3 * y * width, width, out);
  }
  return out;
}

/** Adds the row that starts at `at`, moved left by `shift` pixels. */
function addShifted(
  light: Float32Array,
  shift: number,
  weight: number,
  at: number,
  width: number,
  out: Float32Array,
): void {
  for (let x = 0, i = at; x < width; x++) {
    const from = at + 3 * Math.min(width - 1, Math.max(0, x + shift));
    for (let c = 0; c < 3; c++) out[i++] += weight * light[from + c];
  }
}

/** One pass of a five-point blur; pixels on the rim stay as they are. */
function soften(light: Float32Array, width: number, weight: number): Float32Array {
  const out = scratch.soft(light.length);
  out.set(light);
  const row = 3 * width;
  for (let start = row; start < light.length - row; start += row) softenRow(light, row, start, weight, out);
  return out;
}

function softenRow(light: Float32Array, row: number, start: number, weight: number, out: Float32Array): void {
  const first = Math.max(start, row + 3);
  const end = Math.min(start + row, light.length - row - 3);
  for (let i = first; i < end; i++)
    out[i] = light[i] * (1 - 4 * weight) + weight * (light[i - 3] + light[i + 3] + light[i - row] + light[i + row]);
}
