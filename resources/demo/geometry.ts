export const clamp = (value: number, low = 0, high = 1) => (value < low ? low : value > high ? high : value);

/** `value` modulo a power of two, exact for value ≥ 0. `%` on fractions calls a library function, at many times the price. */
export const wrap = (value: number, period: number) => value - period * Math.floor(value / period);

/** 0 below `from`, 1 above `to`, smooth between. */
export function smooth(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** Length of (x, y). Math.hypot guards against overflow, which costs several times as much. */
export const norm = (x: number, y: number) => Math.sqrt(x * x + y * y);

/** To the outline of a rectangle of half sides `a` and `b` whose corners have radius `round`. */
export function boxDistance(u: number, v: number, a: number, b: number, round = 0): number {
  const dx = Math.abs(u) - a + round;
  const dy = Math.abs(v) - b + round;
  return norm(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(0, Math.max(dx, dy)) - round;
}

/** Polynomial smooth minimum of two distances (Quilez), joined over `k` pixels. */
export function smoothUnion(a: number, b: number, k: number): number {
  const h = Math.max(k - Math.abs(a - b), 0) / k;
  return Math.min(a, b) - (h * h * k) / 4;
}
