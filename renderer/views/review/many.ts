import { countAbove, idOf, scoreOf } from '../../case-key.ts';

/** Cases in the order of a score, the likeliest errors first. */
export interface Ranked {
  keys: readonly string[];
  /** 0..1, of each key */
  scoreAt(index: number): number;
  /** how many reach a score */
  reaching(score: number): number;
}

/** By the score of the scan, which is the order of their keys. */
export const asScanned = (keys: readonly string[]): Ranked => ({
  keys,
  scoreAt: (index) => scoreOf(keys[index]),
  reaching: (score) => countAbove(keys, score),
});

/** By what verdicts taught; cases that nothing was learned about are left out. */
export function asLearned(keys: readonly string[], learnedOf: (id: string) => number | undefined): Ranked {
  const ranked = keys.flatMap((key) => {
    const score = learnedOf(idOf(key));
    return score === undefined ? [] : [{ key, score }];
  });
  ranked.sort((a, b) => b.score - a.score);
  return {
    keys: ranked.map(({ key }) => key),
    scoreAt: (index) => ranked[index].score,
    reaching: (least) => {
      const end = ranked.findIndex(({ score }) => score < least);
      return end < 0 ? ranked.length : end;
    },
  };
}
