import { norm } from '../geometry.ts';
const STEPS = 128;

/** Radius of a turned body at 0..1 along its axis. */
export interface Profile {
  radius(t: number): number;
  /** change of radius per unit of t */
  slope(t: number): number;
}

/** Smooth through `points` (t, radius), sorted by t; `bend` may reshape the result. */
export function makeProfile(points: readonly [number, number][], bend: (t: number, radius: number) => number): Profile {
  const table = Float32Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = i / STEPS;
    const next = Math.max(
      1,
      points.findIndex(([at]) => at >= t),
    );
    const [[t0, r0], [t1, r1]] = [points[next - 1], points[next]];
    const share = (t - t0) / (t1 - t0);
    return bend(t, r0 + (r1 - r0) * share * share * (3 - 2 * share));
  });
  const at = (t: number) => Math.min(STEPS - 1, Math.max(0, Math.floor(t * STEPS)));
  return {
    radius: (t) => table[at(t)] + (table[at(t) + 1] - table[at(t)]) * (t * STEPS - at(t)),
    slope: (t) => (table[at(t) + 1] - table[at(t)]) * STEPS,
  };
}

/** To the outline of a turned body that lies on its side: u 0..length along the axis, v across; about exact near it. */
export function turnedDistance(profile: Profile, length: number, u: number, v: number): number {
  const t = Math.min(1, Math.max(0, u / length));
  const across = (Math.abs(v) - profile.radius(t)) / norm(1, profile.slope(t) / length);
  return Math.max(across, -u, u - length);
}
