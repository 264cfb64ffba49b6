import type { Calibration } from './calibration.ts';
import type { Finding } from './dataset.ts';
import type { JobState } from './job.ts';

/** Sizes of objects as COCO has them: under 32², to 96², over 96² pixels. */
export type ObjectSize = 'small' | 'medium' | 'large';
export const OBJECT_SIZES: readonly ObjectSize[] = ['small', 'medium', 'large'];

/** Of a region of so many pixels. */
export const objectSize = (area: number): ObjectSize =>
  area < 32 ** 2 ? 'small' : area <= 96 ** 2 ? 'medium' : 'large';

/** Objects (connected regions of one given class) and how many of them the proposal finds: at least half of their pixels. */
export interface Recall {
  size: ObjectSize;
  objects: number;
  found: number;
}

/** Equal bins of confidence, 0..1. */
export const CONFIDENCE_SHARES = 50;

/** One class, given labels against proposals of the pictures that count. Shares 0..1; null: there is nothing to share. */
export interface ClassInsight {
  /** class index */
  class: number;
  givenPixels: number;
  proposedPixels: number;
  iou: number | null;
  boundaryIou: number | null;
  recall: Recall[];
  /** expected share of its given pixels that is wrongly labelled: scores of cases as chances, times their pixels */
  noise: number | null;
  /** confident learning: mean p̄[k] over pixels labelled k, and pixels labelled k that another class claims above its own */
  threshold: number | null;
  suspects: number;
  /** pixels proposed so, by confidence in CONFIDENCE_SHARES bins: those whose label agrees and those whose label differs */
  agreeing: number[];
  differing: number[];
}

/** Expected noise below one folder of pictures, relative to the dataset; '' is the dataset itself. */
export interface FolderInsight {
  folder: string;
  /** pictures that count */
  samples: number;
  /** open and decided cases together; expected: the sum of their chances to be errors, of decided ones 0 or 1 */
  cases: number;
  expected: number;
  noise: number;
}

/** One place of a sweep over the threshold of class 1 of two. */
export interface SweepPoint {
  threshold: number;
  precision: number;
  recall: number;
  f1: number;
  iou: number;
}

/** `best` are places in `points`, which ascend by threshold; both are one, as IoU grows with F1. */
export interface ThresholdSweep {
  points: SweepPoint[];
  bestF1: number;
  bestIou: number;
}

/**
 * What a scan and the given labels say about each other. Where any labelled picture was scored by held-out members, such
 * pictures alone count; where none was, all of them do.
 */
export interface Insights {
  scan: string;
  /** labelled pictures scanned, and those of them scored by held-out members */
  samples: number;
  heldOut: number;
  /** of the pictures that count, those with a label */
  pixels: number;
  /** [given class index][proposed class index] pixels */
  confusion: number[][];
  miou: number | null;
  boundaryMiou: number | null;
  classes: ClassInsight[];
  folders: FolderInsight[];
  /** two-class datasets with held-out pictures only */
  sweep: ThresholdSweep | null;
  /** null: no held-out picture, or a scan that kept no sample of its probabilities */
  calibration: Calibration | null;
  findings: Finding[];
}

export type InsightsState = JobState<Insights>;
