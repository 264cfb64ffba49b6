import { AGREED, IN_FOLD, type InFold } from '../../../common/features.ts';
import type { Planes } from '../../../common/planes.ts';
import type { Region } from './candidates.ts';
import { LOG } from './log-ratio.ts';

/**
 * A second look at a region by members that trained on its label: `planes` are by members held out, `inFold` by these. A
 * network comes over to a right label that it would have mistaken had it been held out; to a wrong one, which contradicts
 * everything else it learned, it hardly does. What of a prediction is owed to the very sample is its memorization (Feldman
 * and Zhang 2020, arXiv 2008.03703).
 */
export function lookAgain(
  { stretches: { start, end }, members, area }: Region,
  planes: Planes,
  inFold: Planes,
  sureness: number,
): InFold {
  let [trained, heldOut] = [0, 0];
  for (const n of members)
    for (let i = start[n]; i < end[n]; i++) {
      trained += LOG[inFold.confidence[i]] - LOG[inFold.pGiven[i]];
      heldOut += LOG[planes.confidence[i]] - LOG[planes.pGiven[i]];
    }
  const mean = (sum: number) => (sureness * sum) / area;
  return { trained: mean(trained), cameOver: mean(heldOut - trained) };
}

/** What the score after a second look is made of, in log-odds; bench/in-fold.ts finds it. */
export const AGAIN = { intercept: 2.94, score: 1.44, trained: -0.34, cameOver: -1.12 };

/** The score, 0..1, after the second look, which raises no score of what members that trained on it do not contradict. */
export function scoreAgain(score: number, { trained, cameOver }: InFold, numbers = AGAIN): number {
  const { intercept, ...weight } = numbers;
  const before = Math.log(score / (1 - score));
  const after = intercept + weight.score * before + weight.trained * trained + weight.cameOver * cameOver;
  const odds = trained < AGREED ? Math.min(before, after) : after;
  return 1 / (1 + Math.exp(-odds));
}

/** In the order of IN_FOLD, as standardise does it; nothing known is 0, the mean. */
export function inFoldFeatures(seen: InFold | null): number[] {
  return IN_FOLD.map(({ name, mean, deviation }) =>
    seen ? Math.max(-4, Math.min(4, (seen[name] - mean) / deviation)) : 0,
  );
}
