import type { Scores } from './scores.ts';

/** Verdicts that the rate of finds looks back on. */
export const RECENT = 50;

/**
 * How far the review of the current scan's cases is. Seen: decided by a verdict of its own, or judged in an audit; an error
 * is one whose given label does not stay. Unseen: decided together with others.
 */
export interface Reviewed {
  /** null: nothing scanned yet */
  scan: string | null;
  /** journal lines it takes in */
  seq: number;
  /** every case of the scan, by score */
  all: Scores;
  /** seen: those that are errors, and those that are none */
  errors: Scores;
  fine: Scores;
  /** decided unseen: changed, and left as they are */
  changed: Scores;
  left: Scores;
  /** [seen, errors among them], in the order of the verdicts, from [0, 0] to now; straight in between */
  curve: [number, number][];
  /** seen and errors among the last of them */
  recent: { seen: number; errors: number };
}
