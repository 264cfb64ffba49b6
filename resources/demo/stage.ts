import type { ClassName } from './classes.ts';
import { blank, type Placed } from './thing.ts';

/** The pixels a thing covers, whatever may lie on top of it. */
export interface Footprint {
  kind: ClassName;
  x: number;
  y: number;
  width: number;
  height: number;
  inside: Uint8Array;
}

/** Everything light needs to know of every pixel. */
export interface Stage {
  width: number;
  height: number;
  /** linear RGB, interleaved */
  albedo: Float32Array;
  /** pixels above the belt */
  relief: Float32Array;
  gloss: Float32Array;
  metal: Float32Array;
  /** share of light stopped on its way through */
  dense: Float32Array;
  /** number of the topmost thing; 0: the ground */
  thing: Uint8Array;
}

export function emptyStage(stage: Stage): void {
  for (const plane of [stage.albedo, stage.relief, stage.gloss, stage.metal, stage.thing]) plane.fill(0);
  stage.dense.fill(1);
}

export function makeStage(width: number, height: number): Stage {
  const plane = () => new Float32Array(width * height);
  return {
    width,
    height,
    albedo: new Float32Array(3 * width * height),
    relief: plane(),
    gloss: plane(),
    metal: plane(),
    dense: plane(),
    thing: new Uint8Array(width * height),
  };
}

/** Lays a thing on the stage as number `number` (1..255): its outline antialiased in the picture, exact in the footprint. */
export function place(stage: Stage, placed: Placed, number: number): Footprint {
  const footprint = footprintOf(stage.width, stage.height, placed);
  const { thing, scale } = placed;
  const rest = restingHeight(stage, footprint);
  const out = blank();
  forEachPoint(footprint, placed, (x, y, u, v) => {
    thing.surface(u, v, out);
    const cover = 0.5 - out.distance * scale;
    if (cover <= 0) return;
    const share = Math.min(1, cover) * out.opacity;
    const i = y * stage.width + x;
    stage.albedo[3 * i] += (out.red - stage.albedo[3 * i]) * share;
    stage.albedo[3 * i + 1] += (out.green - stage.albedo[3 * i + 1]) * share;
    stage.albedo[3 * i + 2] += (out.blue - stage.albedo[3 * i + 2]) * share;
    if (out.distance >= 0) return;
    footprint.inside[(y - footprint.y) * footprint.width + x - footprint.x] = 1;
    stage.relief[i] = rest + out.height * scale;
    stage.gloss[i] = out.gloss;
    stage.metal[i] = out.metal;
    stage.dense[i] = 0.25 + 0.75 * out.opacity;
    stage.thing[i] = number;
  });
  return footprint;
}

/** The outline alone, for a thing that is in nobody's picture. */
export function outline(width: number, height: number, placed: Placed): Footprint {
  const footprint = footprintOf(width, height, placed);
  const out = blank();
  forEachPoint(footprint, placed, (x, y, u, v) => {
    placed.thing.surface(u, v, out);
    if (out.distance < 0) footprint.inside[(y - footprint.y) * footprint.width + x - footprint.x] = 1;
  });
  return footprint;
}

function footprintOf(width: number, height: number, { thing, x, y, scale }: Placed): Footprint {
  const reach = thing.reach * scale + 1;
  const left = Math.max(0, Math.floor(x - reach));
  const top = Math.max(0, Math.floor(y - reach));
  const right = Math.min(width, Math.ceil(x + reach) + 1);
  const bottom = Math.min(height, Math.ceil(y + reach) + 1);
  const size = [Math.max(0, right - left), Math.max(0, bottom - top)];
  return {
    kind: thing.kind,
    x: left,
    y: top,
    width: size[0],
    height: size[1],
    inside: new Uint8Array(size[0] * size[1]),
  };
}

/** Visits the pixels of `area` within the thing's reach, with their place in the thing's own coordinates. */
function forEachPoint(
  area: Footprint,
  { thing, x: cx, y: cy, angle, scale }: Placed,
  visit: (x: number, y: number, u: number, v: number) => void,
): void {
  const cos = Math.cos(angle) / scale;
  const sin = Math.sin(angle) / scale;
  const reach = thing.reach * scale + 1;
  for (let y = area.y; y < area.y + area.height; y++) {
    const dy = y + 0.5 - cy;
    const half = Math.sqrt(Math.max(0, reach * reach - dy * dy));
    const right = Math.min(area.x + area.width, Math.ceil(cx + half));
    for (let x = Math.max(area.x, Math.floor(cx - half)); x < right; x++) {
      const dx = x + 0.5 - cx;
      visit(x, y, dx * cos + dy * sin, dy * cos - dx * sin);
    }
  }
}

/** Things on top of others lie at about the mean height under their middle, so that they do not bend over edges. */
function restingHeight(stage: Stage, area: Footprint): number {
  const margin = [Math.floor(area.width / 4), Math.floor(area.height / 4)];
  let sum = 0;
  let count = 0;
  for (let y = area.y + margin[1]; y < area.y + area.height - margin[1]; y += 3)
    for (let x = area.x + margin[0]; x < area.x + area.width - margin[0]; x += 3) {
      sum += stage.relief[y * stage.width + x];
      count++;
    }
  return count ? (0.5 * sum) / count : 0;
}
