import type { Journal } from '../journal.ts';

/** What a person found who looked at one case for itself. */
export interface Seen {
  /** false: the given label is right */
  error: boolean;
  /** journal line by which it is so */
  seq: number;
}

/**
 * Null where the case is open, skipped, or was only decided together with others: that tells nothing of this one. Judged
 * wrong in an audit, it is an error that was left, or none that was changed.
 */
export function seenOf(journal: Journal, id: string): Seen | null {
  const standing = journal.standingOf(id);
  if (!standing || standing.verdict === 'skip') return null;
  const { line, seq } = standing;
  const { action } = line;
  const error = standing.verdict !== 'keep';
  if (action.type === 'audit' || (action.type === 'verdict' && action.items.length === 1)) return { error, seq };
  const judged = journal.judgementOf(line.id, id);
  return judged && { error: error === judged.right, seq: judged.seq };
}
