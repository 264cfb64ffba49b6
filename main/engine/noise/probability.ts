import { JUDGED, type Feature } from '../../../common/features.ts';
import type { Evidence } from './evidence.ts';
import { margin, readForest, type Forest } from './forest.ts';
import table from './forest.json' with { type: 'json' };

const forest: Forest = readForest(table);

/**
 * Two models judge a region, and their log-odds are mixed. One is linear in seven terms, each with the sign one
 * expects, so that the order of cases stays sensible on data it never saw; the other is a forest of boosted trees on all
 * features, which knows what goes with what. docs/noise.md tells how both were found.
 */
const LINEAR_SHARE = 0.45;
const INTERCEPT = -8.78;
const WEIGHTS = { contrast: 1.56, thin: -1.51, small: 0.39, unquestioned: 2.92, island: 1.22 };
const USUAL = { ofGiven: -0.09, ofProposed: -0.12 };

export interface Judgement {
  /** as they travel with the case: standardised, in the order of JUDGED */
  features: number[];
  /** probability 0..1 that at least half of the region is wrongly labelled */
  score: number;
}

export function judge(evidence: Evidence, frame: Frame): Judgement {
  const values = terms(evidence, frame);
  const features = standardise(values, table);
  const { slope, intercept } = table.calibration;
  const odds = mixed(linearMargin(values), margin(forest, features));
  return { features, score: 1 / (1 + Math.exp(-(slope * odds + intercept))) };
}

/** Log-odds of both models together. */
export const mixed = (linear: number, trees: number): number => LINEAR_SHARE * linear + (1 - LINEAR_SHARE) * trees;

/** Log-odds by the linear model. */
export function linearMargin(values: Terms): number {
  const { contrast, thin, small, unquestioned, givenGoesOn, proposedGoesOn, usualOfGiven, usualOfProposed } = values;
  const island = 1.2 - Math.max(givenGoesOn, proposedGoesOn);
  return (
    INTERCEPT +
    WEIGHTS.contrast * contrast +
    WEIGHTS.thin * thin +
    WEIGHTS.small * small +
    WEIGHTS.unquestioned * unquestioned +
    WEIGHTS.island * island +
    USUAL.ofGiven * usualOfGiven +
    USUAL.ofProposed * usualOfProposed
  );
}

/** In the order of JUDGED: deviations from the mean, clipped to −4..4, three decimals, as they are written down. */
export function standardise(values: Terms, { mean, deviation }: { mean: number[]; deviation: number[] }): number[] {
  return JUDGED.map(({ name }, j) => {
    const standard = (values[name] - mean[j]) / deviation[j];
    return Math.round(1000 * Math.max(-4, Math.min(4, standard))) / 1000;
  });
}

/** What a region is judged by, each without unit. */
export type Terms = Record<Feature, number>;

/** What a region lies in. */
export interface Frame {
  /** of the picture, pixels: lengths and areas are put against it */
  diagonal: number;
  /** how many classes the dataset has: among two, what is contradicted is an error more often than among many */
  classes: number;
}

export function terms(evidence: Evidence, { diagonal, classes }: Frame): Terms {
  const { contrast, strong, certain, thickness, area, bbox, unquestioned, givenGoesOn, proposedGoesOn } = evidence;
  const { confirmed, givenEdge, proposedEdge, usual, colour, texture, givenOnEdge, proposedOnEdge } = evidence;
  const { ofGiven, ofProposed, present } = evidence;
  return {
    contrast,
    strong,
    certain,
    /** 1 for a hairline, such as all outlines leave behind */
    thin: Math.min(1, diagonal / 300 / thickness),
    thickness: Math.log((300 * thickness) / diagonal),
    small: Math.log(area / (area + diagonal / 4)),
    fill: area / (bbox[2] * bbox[3]),
    /** a patch within its own class is rarely made by a model that overlooks something */
    unquestioned,
    givenGoesOn,
    proposedGoesOn,
    confirmed,
    givenEdge,
    proposedEdge,
    givenShare: ofGiven.share,
    givenContradicted: ofGiven.contradicted,
    proposedShare: ofProposed.share,
    proposedContradicted: ofProposed.contradicted,
    usualOfGiven: Math.log(usual.ofGiven),
    usualOfProposed: Math.log(usual.ofProposed),
    proposedLabelled: Math.log(present.proposedLabelled),
    givenProposed: Math.log(present.givenProposed),
    colour,
    texture: Math.log(texture + 0.1),
    givenOnEdge: Math.log(givenOnEdge + 0.1),
    proposedOnEdge: Math.log(proposedOnEdge + 0.1),
    classes: Math.log(classes),
  };
}
