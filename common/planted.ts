import type { CaseKind } from './case.ts';
import type { JobState } from './job.ts';
import type { ObjectSize } from './insights.ts';

/** What to plant: errors of every kind and class, in copies of labelled pictures. */
export interface PlantSettings {
  /** the same number plants the same errors */
  seed: number;
  /** how many errors, spread over as many pictures as possible */
  errors: number;
}

/** Planted errors of one sort and what became of them. */
export interface Found {
  planted: number;
  /** covered by some case: at least half of the case on planted pixels, and 30 % of the error in it */
  covered: number;
  /** covered by a case of at least `leastScore`: what a person who reviews down to that score would have seen */
  found: number;
}

export interface PlantedReport {
  scan: string;
  settings: PlantSettings;
  /** copies scanned */
  samples: number;
  /** a case counts as reviewed from this score up */
  leastScore: number;
  all: Found;
  kinds: Record<CaseKind, Found>;
  /** by class index: what is truly there; of a boundary error, the object whose outline is off */
  classes: (Found | null)[];
  sizes: Record<ObjectSize, Found>;
  /** found kind of each covered error by planted kind */
  confusion: Record<CaseKind, Record<CaseKind, number>>;
  /** share found by least score, from 1 down to 0, with how many cases of the scan itself score as much, to choose where to stop */
  curve: { leastScore: number; share: number; cases: number }[];
}

export type PlantedState = JobState<PlantedReport>;
