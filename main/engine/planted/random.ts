/** Random numbers that a seed brings back: mulberry32, which is even enough to draw places and shapes by. */
export interface Random {
  /** from 0 to below 1 */
  next(): number;
  /** whole, from 0 to below `end` */
  below(end: number): number;
  /** from `low` to below `high` */
  range(low: number, high: number): number;
  /** undefined of an empty list */
  pick<T>(items: readonly T[]): T | undefined;
  /** a copy in random order */
  shuffled<T>(items: readonly T[]): T[];
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    next,
    below,
    range: (low, high) => low + next() * (high - low),
    pick: (items) => items.at(below(items.length)),
    shuffled(items) {
      const mixed = [...items];
      for (let i = mixed.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
      }
      return mixed;
    },
  };
}
