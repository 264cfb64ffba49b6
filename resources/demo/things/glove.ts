import { color } from '../color.ts';
import { boxDistance, norm, smooth, smoothUnion } from '../geometry.ts';
import { cloud, crease, noise } from '../noise.ts';
import type { Random } from '../random.ts';
import { paint, type Thing } from '../thing.ts';

const STYLES = [
  { palm: '#2f6fd0', cuff: '#2f6fd0', gloss: 0.35 },
  { palm: '#e3792b', cuff: '#e8e2d2', gloss: 0.12 },
  { palm: '#4a4f55', cuff: '#c9c4b6', gloss: 0.08 },
  { palm: '#d9c24a', cuff: '#2d3e50', gloss: 0.1 },
  { palm: '#57b894', cuff: '#57b894', gloss: 0.35 },
].map(({ palm, cuff, gloss }) => ({ palm: color(palm), cuff: color(cuff), gloss }));

/** Base of the finger (u, v), its direction, its length, its radius. */
interface Finger {
  u: number;
  v: number;
  cos: number;
  sin: number;
  length: number;
  radius: number;
}

/** A lost work glove, fingers along +u, spread as it fell. */
export function glove(random: Random): Thing {
  const style = random.pick(STYLES);
  const mirrored = random.chance(0.5) ? -1 : 1;
  const spread = random.range(0.05, 0.16);
  const seed = random.range(0, 200);
  const fingers = [-1.5, -0.5, 0.5, 1.5].map((k, i) =>
    finger(14, k * 9.4, k * spread + random.range(-0.08, 0.08), [30, 37, 35, 26][i] * random.range(0.75, 1.05), 5.4),
  );
  fingers.push(finger(-8, -14, -0.85 - random.range(-0.2, 0.3), random.range(26, 32), 6.2));
  return {
    kind: 'glove',
    reach: 66,
    surface(u, w, out) {
      const v = w * mirrored;
      let d = boxDistance(u + 3, v, 18, 19, 8);
      d = smoothUnion(d, boxDistance(u + 28, v, 15, 15, 4), 5);
      for (const one of fingers) d = smoothUnion(d, fingerDistance(one, u, v), 3.5);
      out.distance = d;
      if (d > 2) return;
      const depth = Math.min(9, -d);
      const cuffed = smooth(-20, -23, u);
      const knit = cuffed * 0.7 * Math.sin(v * 1.5) + (1 - cuffed) * 0.2 * noise(u * 1.6, v * 1.6);
      out.height = 4 + 9 * Math.sqrt(Math.max(0, depth) / 9) + 3.5 * crease(u / 20 + seed, v / 15 + seed, 3) + knit;
      const dirt = 0.72 + 0.5 * cloud(u / 15 + seed, v / 15, 3);
      const cloth = u < -21.5 ? style.cuff : style.palm;
      paint(out, cloth, dirt);
      out.gloss = style.gloss * (1 - cuffed);
      out.metal = 0;
      out.opacity = 1;
    },
  };
}

const finger = (u: number, v: number, angle: number, length: number, radius: number): Finger => ({
  u,
  v,
  cos: Math.cos(angle),
  sin: Math.sin(angle),
  length,
  radius,
});

function fingerDistance({ u: fu, v: fv, cos, sin, length, radius }: Finger, u: number, v: number): number {
  const along = (u - fu) * cos + (v - fv) * sin;
  const across = (v - fv) * cos - (u - fu) * sin;
  return norm(along - Math.min(length, Math.max(0, along)), across) - radius;
}
