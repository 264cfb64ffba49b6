/** missing: an object the label lacks; extra: labelled, not there; boundary: a shifted or sloppy outline. */
export type CaseKind = 'missing' | 'extra' | 'wrong-class' | 'boundary';

export const CASE_KINDS: readonly CaseKind[] = ['wrong-class', 'missing', 'extra', 'boundary'];

/** Passes that judged a region; a pass is one run of one member with one transform of test-time augmentation. */
export interface Passes {
  /** of them, those to which more than half of the region is `proposed` */
  seeing: number;
  of: number;
}

/** One region of one labelled picture that looks wrong, without its mask. */
export interface CaseRow {
  /** stable: the same region, kind and classes of the same sample give the same id in every scan */
  id: string;
  sample: string;
  kind: CaseKind;
  /** class index most of the region is labelled with */
  given: number;
  /** class index most of the region is proposed to be */
  proposed: number;
  /** x, y, width, height in pixels */
  bbox: [number, number, number, number];
  /** pixels */
  area: number;
  /** 0..1, higher: more surely an error */
  score: number;
  /** mean p̄[given] over the region, 0..1 */
  pGiven: number;
  /** share of the region's pixels where the proposal is `proposed`, 0..1 */
  agreement: number;
  /** mean mutual information over the region, bits, clipped to 1 */
  disagreement: number;
  /** pixels across the region; of a boundary case, how far the given outline sits off */
  displacement: number;
  /** what single passes see; null: not counted, in results of an earlier version */
  passes: Passes | null;
  /** what the score was made of, in the order of FEATURES */
  features: readonly number[];
  /** false: the model saw this picture in training, or nobody knows; the score then deserves less trust */
  heldOut: boolean;
}

/** A case with its mask as COCO compressed run lengths over the whole picture. */
export interface CaseDetail extends CaseRow {
  rle: string;
}

/** accept: take the proposal in the region; keep: the given label is right; ignore: the region becomes the ignore label. */
export type Verdict = 'accept' | 'keep' | 'ignore' | 'skip';

export const VERDICTS: readonly Verdict[] = ['accept', 'keep', 'ignore', 'skip'];

/** What is known of one scanned picture, without pixels. */
export interface SampleResult {
  sample: string;
  /** picture score 0..1, higher: more likely mislabelled; 0 for unlabelled pictures */
  score: number;
  /** cleanlab's softmin picture score on p(given), 0..1, LOWER: more likely mislabelled; 1 for unlabelled pictures */
  softmin: number;
  labelled: boolean;
  /** scored only by members that did not train on it */
  heldOut: boolean;
  width: number;
  height: number;
  cases: CaseRow[];
}

/** Cases that have something in common; null: any. */
export interface CaseChoice {
  kind: CaseKind | null;
  /** class index, as the given or as the proposed class */
  class: number | null;
  /** class indexes: given as this one, and proposed as that one */
  given: number | null;
  proposed: number | null;
  /** part of a sample's or of a class's name; empty: any */
  text: string;
}
