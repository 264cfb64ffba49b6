import type { Evidence } from './evidence.ts';

/**
 * The logistic model behind a score. Every term is without unit and every weight has the sign one expects, so that the
 * order of cases stays sensible on data it never saw; docs/noise.md tells how the weights were found.
 */
const INTERCEPT = -8.78;
const WEIGHTS: Record<keyof ReturnType<typeof terms>, number> = {
  contrast: 1.69,
  thin: -1.51,
  small: 0.39,
  unquestioned: 2.92,
  island: 1.22,
  usualOfGiven: -0.09,
  usualOfProposed: -0.12,
};

/** Probability 0..1 that at least half of the region is wrongly labelled. `diagonal` of the picture in pixels. */
export function errorProbability(evidence: Evidence, diagonal: number): number {
  const values = terms(evidence, diagonal);
  let sum = INTERCEPT;
  for (const name of Object.keys(values) as (keyof typeof values)[]) sum += WEIGHTS[name] * values[name];
  return 1 / (1 + Math.exp(-sum));
}

export function terms(evidence: Evidence, diagonal: number) {
  const { contrast, thickness, area, unquestioned, givenGoesOn, proposedGoesOn, usual } = evidence;
  return {
    contrast,
    /** 1 for a hairline, such as all outlines leave behind */
    thin: Math.min(1, diagonal / 300 / thickness),
    small: Math.log(area / (area + diagonal / 4)),
    /** a patch within its own class is rarely made by a model that overlooks something */
    unquestioned,
    /** an object of its own, in the label and in the proposal alike */
    island: 1.2 - Math.max(givenGoesOn, proposedGoesOn),
    usualOfGiven: Math.log(usual.ofGiven),
    usualOfProposed: Math.log(usual.ofProposed),
  };
}
