/** Random numbers that are the same on every run: a seed names a whole sequence. */
export interface Random {
  /** uniform in [0, 1) */
  next(): number;
  /** uniform in [low, high) */
  range(low: number, high: number): number;
  /** whole numbers, both ends included */
  integer(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
  /** mean 0, standard deviation 1 */
  normal(): number;
}

/** `mulberry32`: 32 bits of state, passes gjrand; enough for drawing. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const range = (low: number, high: number) => low + (high - low) * next();
  return {
    next,
    range,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** A seed for part `index` of purpose `purpose`, unlike its neighbours'. */
export function seedOf(purpose: number, index: number): number {
  let h = Math.imul(purpose + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  return (h ^ (h >>> 15)) >>> 0;
}
