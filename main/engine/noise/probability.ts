import type { Evidence } from './evidence.ts';

/** Terms of the logistic model; each is without unit, so that it means the same on any picture size and class list. */
export function terms({ contrast, thickness, area, unquestioned, usual }: Evidence, width: number, height: number) {
  const thin = Math.hypot(width, height) / 300;
  const speck = (width * height) / 1150;
  return [
    contrast,
    Math.min(1, thin / thickness),
    Math.log(area / (area + speck)),
    unquestioned,
    Math.log(usual.ofGiven),
    Math.log(usual.ofProposed),
  ];
}

const INTERCEPT = 0;
const WEIGHTS = [1, -1, 0, 0, 0, 0];

/** Probability 0..1 that at least half of the region is wrongly labelled. */
export function errorProbability(evidence: Evidence, width: number, height: number): number {
  const sum = terms(evidence, width, height).reduce((total, term, i) => total + WEIGHTS[i] * term, INTERCEPT);
  return 1 / (1 + Math.exp(-sum));
}
