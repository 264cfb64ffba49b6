import { color, mix, type Color } from '../color.ts';
import { norm } from '../geometry.ts';
import { noise } from '../noise.ts';
import type { Random } from '../random.ts';

/** The colour printed at (s, t), each 0..1, of a package. */
export type Print = (s: number, t: number) => Color;

const BASES = [
  '#b3262f',
  '#1f5b93',
  '#2c7d4c',
  '#dcae22',
  '#d0622a',
  '#ece8de',
  '#1b1d21',
  '#5b3a7a',
  '#24868f',
  '#c4dbe6',
  '#8c1d2b',
];
const ACCENTS = ['#f6f5f0', '#e6cd62', '#15181b', '#c94140', '#3a74b8', '#ebe6d6'];

/** A brand nobody has heard of: a ground, a swoosh or bands, an emblem, lines of small print. */
export function makePrint(random: Random): Print {
  const base = color(random.pick(BASES));
  const accent = color(random.pick(ACCENTS));
  const second = color(random.pick(BASES));
  const pattern = random.pick(['swoosh', 'bands', 'split'] as const);
  const [at, bend, phase] = [random.range(0.3, 0.6), random.range(0.08, 0.2), random.range(0, 6)];
  const emblem = { s: random.range(0.35, 0.65), t: random.range(0.35, 0.65), r: random.range(0.12, 0.22) };
  const ring = random.chance(0.5);
  const lines = random.range(0.7, 0.82);
  const serial = random.range(0, 200);
  const ground: Record<typeof pattern, Print> = {
    swoosh: (s, t) => (Math.abs(t - at - bend * Math.sin(5 * s + phase)) < 0.09 ? accent : base),
    bands: (s) => (Math.abs(s - 0.14) < 0.035 || Math.abs(s - 0.87) < 0.035 ? accent : base),
    split: (s, t) => (s + bend * Math.sin(4 * t + phase) < at ? second : base),
  };
  return (s, t) => {
    const paint = ground[pattern](s, t);
    const d = norm(s - emblem.s, (t - emblem.t) * 0.7) / emblem.r;
    if (d < 1) return ring && d > 0.7 ? paint : accent;
    const row = Math.floor((s - lines) * 42);
    if (s > lines && s < lines + 0.14 && row % 2 === 0 && t > 0.2 && t < 0.8 && noise(t * 40 + serial, row * 3) > 0.42)
      return mix(paint, accent, 0.75);
    return paint;
  };
}
