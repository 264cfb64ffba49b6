import { color } from '../color.ts';
import { norm } from '../geometry.ts';
import type { Random } from '../random.ts';
import { paint, type Thing } from '../thing.ts';

const PLASTICS = ['#1668b8', '#d02c2c', '#f1f1ee', '#178a53', '#f0a020', '#e4562a', '#7b3fa0', '#23b0c8'].map(color);

/** A screw cap from above: ribbed rim, sunken top, or lying on its back with the hollow up. */
export function cap(random: Random): Thing {
  const radius = random.range(9, 13);
  const hollow = random.chance(0.35);
  const plastic = random.pick(PLASTICS);
  const ribs = random.integer(26, 34);
  return {
    kind: 'cap',
    reach: radius + 2,
    surface(u, v, out) {
      const rho = norm(u, v);
      const q = rho / radius;
      out.distance = rho - radius;
      if (out.distance > 2) return;
      const rib = q > 0.84 ? 0.88 + 0.12 * Math.cos(ribs * Math.atan2(v, u)) : 1;
      const shade = rib * (hollow && q < 0.78 ? 0.5 + 0.25 * q : 1);
      paint(out, plastic, shade);
      const rim = 9 - 5 * Math.max(0, (q - 0.86) / 0.14) ** 2;
      out.height = hollow ? (q > 0.78 ? rim : 2) : q > 0.66 ? rim : 8.2;
      out.gloss = 0.5;
      out.metal = 0;
      out.opacity = 1;
    },
  };
}
