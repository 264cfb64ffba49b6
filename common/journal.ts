import type { CaseKind, Verdict } from './case.ts';
import type { AcceptedAt } from './pseudo.ts';

/** A region and the class id it gets; null: the ignore label. Run lengths as in rle.ts, over the whole picture. */
export interface Paint {
  label: number | null;
  rle: string;
}

/** A verdict on one case, complete in itself: it can be replayed when every cache is gone. Classes are mask-file ids. */
export interface VerdictItem {
  case: string;
  sample: string;
  kind: CaseKind;
  given: number | null;
  proposed: number | null;
  score: number;
  /** empty for keep and skip */
  paint: Paint[];
}

/** One threshold for all classes, or one by mask-file id, over 0 and up to 1; null or no entry: nothing of this class is kept. */
export type ThresholdById = number | Readonly<Record<string, number | null>>;

/** The verdict that a case has instead. */
export interface Correction {
  verdict: Verdict;
  item: VerdictItem;
}

export type Action =
  /** `expected`: share of many that is right as far as was known then, 0..1; absent: by the scores of the scan */
  | { type: 'verdict'; verdict: Verdict; items: VerdictItem[]; expected?: number }
  /** the whole proposal of one picture; `cases`: all that were found on it, accepted with it */
  | { type: 'picture'; sample: string; cases: string[]; paint: Paint[] }
  /** unlabelled pictures take their proposal where its confidence reaches the threshold; `scan` names the cached result */
  | { type: 'pseudo'; threshold: ThresholdById; scan: string; samples: string[] }
  /** one item of line `target`, which decided many at once, looked at for itself; a wrong one may get another verdict with it */
  | { type: 'audit'; target: string; case: string; right: boolean; correction: Correction | null }
  | { type: 'undo'; target: string }
  | { type: 'redo'; target: string };

/** One line of journal.jsonl: one action, one unit of undo. Lines are only ever appended. */
export interface JournalLine {
  v: 1;
  id: string;
  /** ISO 8601 */
  at: string;
  /** the window or process that decided */
  author: string;
  action: Action;
}

/** What an appended line means for the views: current state of everything it touched. */
export interface JournalChange {
  /** lines in the journal once this one is in */
  seq: number;
  id: string;
  author: string;
  type: Action['type'];
  /** one short sentence for a person: `Accepted car in 0016E5_08089` */
  text: string;
  /**
   * Cases whose verdict may have changed; null: open again. `error`: what a person found who looked at this case for itself;
   * absent where nobody did.
   */
  cases: { id: string; verdict: Verdict | null; error?: boolean }[];
  /** samples whose cleaned mask may have changed */
  samples: string[];
  pseudo: { sample: string; accepted: AcceptedAt | null }[];
  canUndo: boolean;
  canRedo: boolean;
}
