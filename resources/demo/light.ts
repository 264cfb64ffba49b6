import { type Color } from './color.ts';
import { clamp, norm } from './geometry.ts';
import { boxMean } from './mean.ts';
import type { Random } from './random.ts';
import { makeScratch } from './scratch.ts';
import type { Stage } from './stage.ts';

/** A lamp at one side, a strip light overhead, and what the hall throws back. */
export interface Light {
  /** towards the lamp, unit length, z up */
  x: number;
  y: number;
  z: number;
  color: Color;
  ambient: Color;
  /** where its spot is brightest, pixels */
  centre: [number, number];
}

export function makeLight(random: Random): Light {
  const turn = random.range(-2.7, -1.9);
  const rise = random.range(0.72, 0.98);
  const warmth = random.range(-0.06, 0.1);
  const power = random.range(2.3, 2.9);
  return {
    x: Math.cos(turn) * Math.cos(rise),
    y: Math.sin(turn) * Math.cos(rise),
    z: Math.sin(rise),
    color: [power * (1 + warmth), power, power * (1 - 1.4 * warmth)],
    ambient: [0.5 - warmth * 0.4, 0.53, 0.6 + warmth],
    centre: [random.range(150, 362), random.range(120, 240)],
  };
}

/*
 * Every pass over the picture has its row in a function of its own: compilers optimise what is called often, and a loop
 * over all pixels is called once a picture.
 */

const scratch = { picture: makeScratch(), dark: makeScratch(), near: makeScratch(), far: makeScratch() };

/** Lights the stage; linear RGB, about 0..1, interleaved; good until the next call. */
export function shade(stage: Stage, light: Light): Float32Array {
  const open = openness(stage);
  const lit = litShare(stage, light);
  const picture = scratch.picture(stage.albedo.length);
  for (let y = 0; y < stage.height; y++) shadeRow(stage, light, open, lit, y, picture);
  return picture;
}

function shadeRow(
  { width, height, albedo, relief, thing, gloss, metal }: Stage,
  light: Light,
  open: Float32Array,
  lit: Float32Array,
  y: number,
  picture: Float32Array,
): void {
  const dy = (y - light.centre[1]) / height;
  for (let x = 0, i = y * width; x < width; x++, i++) {
    const gx = slope(relief, thing, i, 1, x > 0, x < width - 1);
    const gy = slope(relief, thing, i, width, y > 0, y < height - 1);
    const nz = 1 / Math.sqrt(1 + gx * gx + gy * gy);
    const nx = -gx * nz;
    const ny = -gy * nz;
    const dx = (x - light.centre[0]) / width;
    const spot = (1.12 - 0.75 * (dx * dx + dy * dy)) * lit[i] * 0.36;
    const lamp = Math.max(0, nx * light.x + ny * light.y + nz * light.z) * spot * (1 - 0.75 * metal[i]);
    const sky = open[i] * (0.55 + 0.45 * nz) * (1 - 0.5 * metal[i]);
    const shine = gloss[i] > 0 ? 0.4 * gloss[i] * mirrored(nx, ny, nz, light, lit[i]) * (0.35 + 0.65 * open[i]) : 0;
    for (let c = 0, k = 3 * i; c < 3; c++, k++) {
      const own = albedo[k];
      // Bare metal colours what it mirrors.
      const tint = 1 + metal[i] * (1.3 * own - 1);
      picture[k] = (own * lamp + shine * tint) * light.color[c] + own * sky * light.ambient[c];
    }
  }
}

/** Height gained per pixel along one axis, over the pixels of the same thing only: steps between things are no slopes. */
function slope(
  relief: Float32Array,
  thing: Uint8Array,
  i: number,
  step: number,
  before: boolean,
  after: boolean,
): number {
  const hasDown = before && thing[i - step] === thing[i];
  const hasUp = after && thing[i + step] === thing[i];
  const low = hasDown ? relief[i - step] : relief[i];
  const high = hasUp ? relief[i + step] : relief[i];
  return clamp(hasDown && hasUp ? (high - low) / 2 : high - low, -3, 3);
}

/** Pixels of a row that cast their shadows together, if the tallest of them casts one. */
const RUN = 32;
const REACHES = [1.5, 3, 5, 7.5, 10.5, 14, 18, 23, 29, 36, 45, 56];

/** 1 in full light .. 0.07 in deep shadow: from each pixel towards the lamp, is anything taller than the ray; softer further off. */
function litShare(stage: Stage, light: Light): Float32Array {
  const { width, height, relief } = stage;
  const flat = norm(light.x, light.y);
  const steps = REACHES.map((reach) => ({
    x: Math.round((light.x / flat) * reach),
    y: Math.round((light.y / flat) * reach),
    climb: 0.6 + (reach * light.z) / flat,
    sharpness: 1 / (0.8 + 0.16 * reach),
  }));
  const dark = scratch.dark(relief.length).fill(0);
  const lowest = relief.reduce((low, one) => Math.min(low, one));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x += RUN) castShadows(stage, steps, lowest, y, x, dark);
  for (let i = 0; i < dark.length; i++) dark[i] = 1 - 0.93 * dark[i];
  return dark;
}

/** One step of a ray of light: pixels moved, height gained, how sharp a shadow still is. */
interface Step {
  x: number;
  y: number;
  climb: number;
  sharpness: number;
}

/** The shadows of one run of pixels; `lowest`: no pixel of the picture is lower. */
function castShadows(
  stage: Stage,
  steps: readonly Step[],
  lowest: number,
  y: number,
  from: number,
  dark: Float32Array,
): void {
  const end = Math.min(stage.width, from + RUN);
  let tallest = -Infinity;
  for (let i = y * stage.width + from; i < y * stage.width + end; i++) tallest = Math.max(tallest, stage.relief[i]);
  for (const step of steps) if (tallest - lowest > step.climb) castShadow(stage, step, y, from, end, dark);
}

/** Darkens the pixels that lie `step` behind those from `from` to `end` in row `y`. */
function castShadow(
  { width, height, relief, dense }: Stage,
  step: Step,
  y: number,
  from: number,
  end: number,
  dark: Float32Array,
): void {
  if (y < step.y || y >= height + step.y) return;
  const right = Math.min(end, width + step.x);
  for (let x = Math.max(from, step.x); x < right; x++) {
    const j = y * width + x;
    const i = j - step.y * width - step.x;
    const above = relief[j] - relief[i] - step.climb;
    if (above > 0) dark[i] = Math.max(dark[i], dense[j] * Math.min(1, above * step.sharpness));
  }
}

/** What a mirror with this normal, seen from above, would show: the lamp, two strip lights, the dim hall. */
function mirrored(nx: number, ny: number, nz: number, light: Light, lit: number): number {
  const rx = 2 * nz * nx;
  const ry = 2 * nz * ny;
  const rz = 2 * nz * nz - 1;
  const lamp = Math.max(0, rx * light.x + ry * light.y + rz * light.z) ** 42 * 2.2 * lit;
  if (rz <= 0.02) return lamp + 0.04;
  const across = ry / rz;
  const strips = 0.62 * Math.exp(-(((across + 0.72) / 0.2) ** 2)) + 0.34 * Math.exp(-(((across - 1.15) / 0.22) ** 2));
  return lamp + strips * Math.exp(-((rx / rz / 2.6) ** 2)) + 0.05 + 0.09 * (1 - nz);
}

/** Share of the hall a point sees, 0..1: low between tall things. Compares its height with the mean around it at two sizes. */
function openness({ width, height, relief }: Stage): Float32Array {
  const near = boxMean(relief, width, height, 4, scratch.near(relief.length));
  const far = boxMean(relief, width, height, 16, scratch.far(relief.length));
  for (let i = 0; i < near.length; i++) {
    const hidden = Math.max(0, near[i] - relief[i]) / 11 + Math.max(0, far[i] - relief[i]) / 26;
    near[i] = 1 / (1 + 1.5 * hidden);
  }
  return near;
}
