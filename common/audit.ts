import type { Verdict } from './case.ts';

/** Cases drawn from a bulk at first, to be looked at one by one. */
export const AUDIT_CASES = 30;

/** The verdict that a wrong case of a bulk gets instead; null: there is none that would be clear. */
export const INSTEAD: Record<Verdict, Verdict | null> = { accept: 'keep', keep: 'accept', ignore: 'keep', skip: null };

/** One line of the journal that decided many at once. */
export interface Bulk {
  /** of the journal line: what can be audited and rolled back */
  id: string;
  /** ISO 8601 */
  at: string;
  author: string;
  /** null: pseudo-labels, which are not audited case by case */
  verdict: Verdict | null;
  /** for a person: `Accepted 412 cases in 96 pictures` */
  text: string;
  /** cases, or pictures with pseudo-labels */
  items: number;
  /** share of them expected to be right as far as was known when it was decided; null: nothing tells */
  expected: number | null;
  /** lowest score in it; null: pseudo-labels */
  leastScore: number | null;
  /** of those looked at one by one */
  judged: number;
  right: number;
  /** false: rolled back or undone */
  live: boolean;
}

/** A random sample of one bulk, the same every time: asking for more goes on where fewer ended. */
export interface Audit {
  bulk: Bulk;
  /** in the order they were drawn */
  cases: AuditCase[];
}

export interface AuditCase {
  case: string;
  sample: string;
  score: number;
  /** null: not judged */
  right: boolean | null;
  /** verdict it has now; null: open */
  verdict: Verdict | null;
  /** the scan there is now has it, so it can be shown */
  shown: boolean;
}
