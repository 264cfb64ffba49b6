import { color } from '../color.ts';
import { norm } from '../geometry.ts';
import type { Random } from '../random.ts';
import { paint, type Surface, type Thing } from '../thing.ts';

const SHEATHS = ['#202327', '#e0651c', '#eceae4', '#c72f2f', '#2a63b8', '#e2bf2e', '#3d4247'].map(color);
const FAR = 1e3;

interface Point {
  x: number;
  y: number;
}

/** A length of cable in loose loops, sometimes with a plug at its end. */
export function cable(random: Random): Thing {
  const radius = random.range(2.8, 4);
  const sheath = random.pick(SHEATHS);
  const plug = random.chance(0.5);
  const points = centred(wander(random, random.range(170, 400)));
  const reach = Math.max(...points.map(({ x, y }) => norm(x, y))) + 14;
  const near = distanceField(points, reach, radius + 4);
  const end = points[points.length - 1];
  const before = points[points.length - 4];
  const usePlug = makePlug(end, before, radius);
  return {
    kind: 'cable',
    reach,
    surface(u, v, out) {
      const d = near(u, v);
      out.distance = d - radius;
      out.height = radius;
      if (plug) usePlug(u, v, out);
      if (out.distance > 2) return;
      const thick = Math.max(radius, out.height);
      paint(out, sheath);
      out.height = thick + Math.sqrt(Math.max(0.05, thick * thick - (thick + Math.min(0, out.distance)) ** 2));
      out.gloss = 0.4;
      out.metal = 0;
      out.opacity = 1;
    },
  };
}

/** The plug at `end`: leaves its thickness in `out.height` where the plug is the nearest part, else 0. */
function makePlug(end: Point, before: Point, radius: number): (u: number, v: number, out: Surface) => void {
  const length = norm(end.x - before.x, end.y - before.y) || 1;
  const cos = (end.x - before.x) / length;
  const sin = (end.y - before.y) / length;
  return (u, v, out) => {
    const along = (u - end.x) * cos + (v - end.y) * sin;
    const across = (v - end.y) * cos - (u - end.x) * sin;
    const body = norm(along - Math.min(9, Math.max(-9, along)), across) - (along > -2 ? 6.5 : 4.5);
    out.height = body < out.distance ? 6.5 : radius;
    out.distance = Math.min(out.distance, body);
  };
}

/** A path of 3-pixel steps whose curvature drifts: loops and lazy bends. */
function wander(random: Random, length: number): Point[] {
  let [x, y, heading, curve] = [0, 0, random.range(0, 2 * Math.PI), random.range(-0.06, 0.06)];
  const points: Point[] = [];
  for (let gone = 0; gone < length; gone += 3) {
    points.push({ x, y });
    curve = 0.93 * curve + 0.016 * random.normal();
    heading += Math.min(0.3, Math.max(-0.3, curve));
    x += 3 * Math.cos(heading);
    y += 3 * Math.sin(heading);
  }
  return points;
}

function centred(points: Point[]): Point[] {
  const middle = (pick: (point: Point) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [cx, cy] = [middle((point) => point.x), middle((point) => point.y)];
  return points.map(({ x, y }) => ({ x: x - cx, y: y - cy }));
}

/** Distance to the path up to `far` pixels from it, on a one-pixel grid read bilinearly. */
function distanceField(points: Point[], reach: number, far: number): (u: number, v: number) => number {
  const origin = Math.ceil(reach + far) + 1;
  const side = 2 * origin + 1;
  const grid = new Float32Array(side * side).fill(FAR);
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1];
    const b = points[i];
    const right = Math.ceil(Math.max(a.x, b.x) + far);
    const bottom = Math.ceil(Math.max(a.y, b.y) + far);
    for (let y = Math.floor(Math.min(a.y, b.y) - far); y <= bottom; y++)
      for (let x = Math.floor(Math.min(a.x, b.x) - far); x <= right; x++) {
        const at = (y + origin) * side + x + origin;
        grid[at] = Math.min(grid[at], segmentDistance(x, y, a, b));
      }
  }
  return (u, v) => {
    const left = Math.floor(u);
    const top = Math.floor(v);
    if (Math.abs(left) >= origin || Math.abs(top) >= origin) return FAR;
    const at = (top + origin) * side + left + origin;
    const upper = grid[at] + (grid[at + 1] - grid[at]) * (u - left);
    const lower = grid[at + side] + (grid[at + side + 1] - grid[at + side]) * (u - left);
    return upper + (lower - upper) * (v - top);
  };
}

function segmentDistance(x: number, y: number, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const t = Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return norm(x - a.x - t * dx, y - a.y - t * dy);
}
