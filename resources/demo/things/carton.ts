import { color, mix } from '../color.ts';
import { boxDistance, clamp, norm } from '../geometry.ts';
import { cloud, crease, noise } from '../noise.ts';
import type { Random } from '../random.ts';
import { paint, type Thing } from '../thing.ts';
import { makePrint } from './print.ts';

const KRAFT = ['#b58654', '#a87945', '#c1976a', '#96703f'].map(color);
const TAPE = color('#cbb083');

/** Brown board with flaps and tape, or a printed drink carton. */
export function carton(random: Random): Thing {
  return random.chance(0.6) ? board(random) : drink(random);
}

function board(random: Random): Thing {
  const [a, b] = [random.range(38, 58), random.range(27, 38)];
  const flap = random.chance(0.6) ? random.range(12, 22) : 0;
  const brown = random.pick(KRAFT);
  const taped = random.chance(0.6);
  const printed = random.chance(0.55) ? makePrint(random) : null;
  const lift = [random.range(-0.35, 0.35), random.range(-0.35, 0.35)];
  const tilt = [random.range(-0.06, 0.06), random.range(-0.1, 0.1)];
  const seed = random.range(0, 200);
  return {
    kind: 'carton',
    reach: norm(a, b + flap) + 3,
    surface(u, v, out) {
      const ragged = 1.1 * (noise(u / 11 + seed, v / 11) - 0.5);
      const middle = boxDistance(u, v, a, b);
      const wing = flap ? boxDistance(u, Math.abs(v) - b - flap / 2, a - 2, flap / 2) : 1e3;
      out.distance = Math.min(middle, wing) + ragged;
      if (out.distance > 2) return;
      const past = Math.max(0, Math.abs(v) - b);
      const edge = Math.min(1, Math.max(0, -out.distance) / 1.2);
      const flute = 0.16 * Math.sin(u * 1.7);
      out.height =
        18 +
        tilt[0] * u +
        tilt[1] * v +
        past * lift[v < 0 ? 0 : 1] +
        edge +
        flute -
        3.5 * cloud(u / 26 + seed, v / 26, 3);
      const seam = past > 0 && past < 1.3 ? 0.6 : 1;
      const stain =
        (0.78 + 0.4 * cloud(u / 18 + seed, v / 18 + seed, 3)) * (0.94 + 0.12 * noise(u * 1.2, v / 9)) * seam;
      let ink = brown;
      if (printed && Math.abs(u) < a * 0.45 && Math.abs(v) < b * 0.5)
        ink = mix(brown, printed(u / (a * 0.9) + 0.5, v / b + 0.5), 0.5);
      const gloss = taped && Math.abs(v) < 6 ? 0.5 : 0.04;
      if (gloss > 0.1) ink = mix(ink, TAPE, 0.7);
      paint(out, ink, stain);
      out.gloss = gloss;
      out.metal = 0;
      out.opacity = 1;
    },
  };
}

function drink(random: Random): Thing {
  const [a, b] = [random.range(42, 54), random.range(21, 27)];
  const print = makePrint(random);
  const spout = color(random.pick(['#e8e8e4', '#d43434', '#2d74c4', '#2f9e5c']));
  const crumple = random.range(2, 8);
  const seed = random.range(0, 200);
  return {
    kind: 'carton',
    reach: norm(a, b) + 3,
    surface(u, v, out) {
      const gable = clamp((u - a * 0.5) / (a * 0.5));
      out.distance = boxDistance(u, v, a, b - 4 * gable) - 1;
      if (out.distance > 2) return;
      const fin = u > a - 7;
      const crease1 = Math.abs(u - a * 0.5) < 0.9 ? 0.6 : 1;
      const ink = fin
        ? mix(print(0.05, 0.5), [0.8, 0.8, 0.78], 0.6)
        : print(clamp(0.5 - u / (2 * a)), clamp(0.5 + v / (2 * b)));
      const disc = norm(u - a * 0.68, v) - 6.5;
      const shade = crease1 * (Math.abs(disc) < 0.6 ? 0.5 : 1);
      paint(out, disc < 0 ? spout : ink, shade);
      out.height =
        24 -
        12 * gable +
        (fin ? 5 : 0) +
        (disc < 0 ? 4 : 0) +
        2 * Math.min(1, -out.distance / 3) -
        crumple * crease(u / 30 + seed, v / 24, 3);
      out.gloss = 0.3;
      out.metal = 0;
      out.opacity = 1;
    },
  };
}
