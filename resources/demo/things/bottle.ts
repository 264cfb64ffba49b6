import { color, type Color } from '../color.ts';
import { clamp, smooth } from '../geometry.ts';
import { crease } from '../noise.ts';
import type { Random } from '../random.ts';
import { paint, type Thing } from '../thing.ts';
import { makePrint } from './print.ts';
import { makeProfile, turnedDistance } from './profile.ts';

const CLEAR = ['#cfe3ea', '#d8e4e0', '#7fb8d8', '#4f9e6b', '#9cc9b0', '#b7d4e8'].map(color);
const SOLID = ['#eeede8', '#3a6fa8', '#d9b24f', '#d3dade', '#4f8f6d', '#c9808f', '#e8e6df'].map(color);
const CAPS = ['#1668b8', '#d02c2c', '#f3f3f0', '#178a53', '#f0a020', '#202326'].map(color);

/** A bottle on its side, mouth along +u: clear PET with ribs and a label, or a solid detergent bottle; often squeezed. */
export function bottle(random: Random): Thing {
  const solid = random.chance(0.35);
  const length = solid ? random.range(96, 122) : random.range(122, 156);
  const radius = solid ? random.range(21, 26) : random.range(18, 23);
  const tint = random.pick(solid ? SOLID : CLEAR);
  const capped = random.chance(0.65) ? random.pick(CAPS) : null;
  const print = makePrint(random);
  const label = { from: random.range(0.16, 0.26), to: random.range(0.46, 0.56) };
  const dent = { at: random.range(0.2, 0.6), depth: random.chance(0.6) ? random.range(0.06, 0.24) : 0 };
  const ribs = solid ? 0 : random.range(0.3, 0.9);
  const seed = random.range(0, 200);
  const profile = makeProfile(
    [
      [0, 0.84],
      [0.03, 0.97],
      [0.1, 1],
      [0.56, 1],
      [0.64, 0.95],
      [0.8, 0.56],
      [0.87, 0.36],
      [1, 0.36],
    ],
    (t, r) => radius * (t > 0.9 && capped ? 0.42 : r) * (1 - dent.depth * Math.exp(-(((t - dent.at) / 0.12) ** 2))),
  );
  const wallAt = (t: number, v: number): { albedo: Color; opacity: number } => {
    if (capped && t > 0.9) return { albedo: capped, opacity: 1 };
    if (t > label.from && t < label.to)
      return {
        albedo: print((t - label.from) / (label.to - label.from), clamp(0.5 + v / (2 * radius))),
        opacity: 0.97,
      };
    return { albedo: tint, opacity: solid ? 1 : 0.42 };
  };
  return {
    kind: 'bottle',
    reach: length / 2 + 3,
    surface(u, v, out) {
      const along = u + length / 2;
      out.distance = turnedDistance(profile, length, along, v);
      if (out.distance > 2) return;
      const t = clamp(along / length);
      const r = profile.radius(t);
      const { albedo, opacity } = wallAt(t, v);
      const squeezed = dent.depth * Math.exp(-(((t - dent.at) / 0.16) ** 2));
      const wrinkles = squeezed * 14 * crease(u / 22 + seed, v / 15, 2);
      const ring = t < 0.6 || t > 0.9 ? Math.sin(t * (t > 0.9 ? 420 : 95)) * (t > 0.9 ? 0.25 : ribs) : 0;
      out.height =
        radius + Math.sqrt(Math.max(0.1, r * r - v * v)) - wrinkles + (t > label.from && t < label.to ? 0.4 : ring);
      // A clear wall is seen edge on at the rim, where it looks denser.
      const rim = solid ? 0 : 0.38 * smooth(0.72, 1, Math.abs(v) / r);
      paint(out, albedo);
      out.gloss = solid ? 0.45 : 0.95;
      out.metal = 0;
      out.opacity = Math.min(1, opacity + rim);
    },
  };
}
