import { color } from '../color.ts';
import { norm, smooth } from '../geometry.ts';
import { cloud, crease, noise } from '../noise.ts';
import type { Random } from '../random.ts';
import { paint, type Thing } from '../thing.ts';

const FILMS = [
  { hex: '#cfd4d7', opacity: 0.8 },
  { hex: '#cbd6dc', opacity: 0.5 },
  { hex: '#d9d8d2', opacity: 0.94 },
  { hex: '#26292c', opacity: 1 },
  { hex: '#7fa6cc', opacity: 0.78 },
  { hex: '#bfd8c4', opacity: 0.6 },
  { hex: '#d8c67a', opacity: 0.82 },
].map(({ hex, opacity }) => ({ color: color(hex), opacity }));
const STEPS = 256;

/** A tied plastic bag: thin film whose folds run together in a knot at +u, with two ears beyond it. */
export function bag(random: Random): Thing {
  const radius = random.range(38, 54);
  const film = random.pick(FILMS);
  const seed = random.range(0, 200);
  const stretch = random.range(1, 1.35);
  const knot = radius * random.range(0.95, 1.12);
  const ears = [random.range(0.35, 0.8), random.range(-0.8, -0.35)].map((turn) => ({
    cos: Math.cos(turn),
    sin: Math.sin(turn),
    length: random.range(12, 24),
  }));
  const outline = Float32Array.from({ length: STEPS + 1 }, (_, i) => {
    const turn = ((i % STEPS) / STEPS) * 2 * Math.PI - Math.PI;
    const [x, y] = [Math.cos(turn), Math.sin(turn)];
    const lobes = 0.74 + 0.34 * noise(x * 1.3 + seed, y * 1.3 + 9) + 0.16 * crease(x * 3 + seed, y * 3 + seed, 2);
    return radius * (lobes * (1 - 0.22 * smooth(1.1, 0.3, Math.abs(turn))) + 0.5 * Math.exp(-((turn / 0.17) ** 2)));
  });
  return {
    kind: 'bag',
    reach: radius * 1.75 + 6,
    surface(u, v, out) {
      const a = u / stretch;
      const b = v * Math.sqrt(stretch);
      const rho = norm(a, b);
      const turn = ((Math.atan2(b, a) + Math.PI) / (2 * Math.PI)) * STEPS;
      const step = Math.min(STEPS - 1, Math.floor(turn));
      const edge = outline[step] + (outline[step + 1] - outline[step]) * (turn - step);
      const ear = Math.min(earDistance(ears[0], a - knot, b), earDistance(ears[1], a - knot, b));
      const body = (rho - edge) * 0.85;
      out.distance = Math.min(body, ear);
      if (out.distance > 2) return;
      const q = Math.min(1, rho / edge);
      const fromKnot = norm(a - knot, b);
      const folds = crease(Math.atan2(b, knot - a) * 4.2 + seed, fromKnot / 46, 3);
      const crumple = crease(u / 15 + seed, v / 12 + seed, 3);
      const inward = smooth(0, 0.2, 1 - q);
      out.height =
        body < 0
          ? 4 + 17 * Math.sqrt(1 - q * q) + inward * (9 * folds + 8 * crumple) + 9 * Math.exp(-((fromKnot / 9) ** 2))
          : 5 + 3 * crumple - ear;
      const wear = 0.85 + 0.2 * cloud(u / 20, v / 20 + seed, 2);
      paint(out, film.color, wear);
      out.gloss = 0.6;
      out.metal = 0;
      // Where film lies double it hides more.
      out.opacity = Math.min(1, film.opacity + 0.35 * smooth(0.6, 0.85, folds) + 0.3 * smooth(0.82, 1, q));
    },
  };
}

function earDistance(ear: { cos: number; sin: number; length: number }, a: number, b: number): number {
  const along = a * ear.cos + b * ear.sin;
  const across = b * ear.cos - a * ear.sin;
  const t = Math.min(ear.length, Math.max(0, along));
  return norm(along - t, across) - (2.2 + t * 0.22);
}
