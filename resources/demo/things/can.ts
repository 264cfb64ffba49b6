import { color } from '../color.ts';
import { clamp, norm } from '../geometry.ts';
import { crease, noise } from '../noise.ts';
import type { Random } from '../random.ts';
import { paint, type Thing } from '../thing.ts';
import { makePrint } from './print.ts';
import { makeProfile, turnedDistance } from './profile.ts';

const SILVER = color('#c9ced2');

/** A drink can on its side, standing, or trodden flat. */
export function can(random: Random): Thing {
  return random.chance(0.2) ? standing(random) : lying(random);
}

function lying(random: Random): Thing {
  const length = random.range(72, 84);
  const radius = random.range(19, 22);
  const print = makePrint(random);
  const crushed = random.chance(0.5) ? random.range(0.12, 0.4) : 0;
  const folds = [random.range(0.3, 0.5), random.range(0.5, 0.72)];
  const seed = random.range(0, 200);
  const fold = (t: number) => folds.reduce((sum, at) => sum + Math.exp(-(((t - at) / 0.07) ** 2)), 0);
  const profile = makeProfile(
    [
      [0, 0.8],
      [0.03, 0.86],
      [0.09, 1],
      [0.9, 1],
      [0.96, 0.84],
      [1, 0.82],
    ],
    (t, r) => radius * r * (1 - crushed * fold(t) * 0.6) * (1 + crushed * 0.35),
  );
  return {
    kind: 'can',
    reach: norm(length / 2, radius * 1.2) + 2,
    surface(u, v, out) {
      const along = u + length / 2;
      const skew = crushed * 7 * Math.sin(along / 11 + seed);
      out.distance = turnedDistance(profile, length, along, v - skew);
      if (out.distance > 2) return;
      const t = clamp(along / length);
      const r = profile.radius(t);
      const w = v - skew;
      const bare = t < 0.06 || t > 0.94;
      paint(out, bare ? SILVER : print(t, clamp(0.5 + w / (2 * r))));
      out.height =
        radius * (1 - 0.5 * crushed) * (1 + Math.sqrt(Math.max(0.02, 1 - (w * w) / (r * r)))) -
        crushed * 16 * crease(u / 24 + seed, v / 16 + seed, 2);
      out.gloss = 0.85;
      out.metal = bare ? 0.85 : 0.35;
      out.opacity = 1;
    },
  };
}

function standing(random: Random): Thing {
  const radius = random.range(20, 23);
  const tab = random.range(0, 6);
  const [cos, sin] = [Math.cos(tab), Math.sin(tab)];
  const seed = random.range(0, 200);
  return {
    kind: 'can',
    reach: radius + 2,
    surface(u, v, out) {
      const rho = norm(u, v);
      out.distance = rho - radius;
      if (out.distance > 2) return;
      const a = u * cos + v * sin;
      const b = v * cos - u * sin;
      const ring = norm((a - 1) / 1.5, b) - 4.6;
      const mouth = norm((a + 9) / 0.9, b) - 5.6;
      const q = rho / radius;
      const brushed = 0.92 + 0.12 * noise(rho * 1.4 + seed, 3);
      const dark = Math.abs(mouth) < 0.7 ? 0.45 : mouth < 0 ? 0.82 : 1;
      paint(out, SILVER, brushed * dark);
      out.height =
        62 + (q > 0.9 ? 3 * Math.sin(((q - 0.9) / 0.1) * Math.PI) : q > 0.82 ? -2 * ((q - 0.82) / 0.08) : -2);
      if (Math.abs(ring) < 1.5 && rho < radius * 0.78) out.height += 1.6;
      out.gloss = 0.8;
      out.metal = 0.9;
      out.opacity = 1;
    },
  };
}
