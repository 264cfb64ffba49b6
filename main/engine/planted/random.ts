import { randomFrom } from '../../../common/random.ts';

/** Random numbers that a seed brings back. */
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
  const next = randomFrom(seed | 0);
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
