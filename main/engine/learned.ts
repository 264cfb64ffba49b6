import type { CaseRow } from '../../common/case.ts';
import { tableOf } from '../../common/case-table.ts';
import { learn, learnedScores, RANKED, type Lesson } from '../../common/learn.ts';
import { InputError } from './errors.ts';
import { seenOf } from './journal/seen.ts';
import type { Workspace } from './workspace.ts';

/**
 * What verdicts taught about the cases of the scan, as in the window: the first RANKED as scanned and whatever somebody saw,
 * by id, 0..1. Throws InputError where nobody has looked at a case for itself.
 */
export function learnFrom({ results, journal }: Workspace): Map<string, number> {
  /** whether it is an error */
  const seen = new Map<CaseRow, boolean>();
  let first: CaseRow[] = [];
  for (const { cases } of results.all()) {
    for (const row of cases) {
      first.push(row);
      const found = seenOf(journal, row.id);
      if (found) seen.set(row, found.error);
    }
    // However many there are, not all of them are held.
    if (first.length > 4 * RANKED) first = likeliest(first);
  }
  if (!seen.size) throw new InputError('Expected verdicts on cases one by one to learn from, found none.');
  const rows = [...new Set([...likeliest(first), ...seen.keys()])];
  const table = tableOf(rows);
  const lessons = rows.flatMap((row, index): Lesson[] => {
    const error = seen.get(row);
    return error === undefined ? [] : [{ index, error }];
  });
  const learned = learn(table, lessons);
  const scores = learned && learnedScores(table, learned);
  return new Map(rows.map(({ id, score }, i) => [id, scores?.[i] ?? score]));
}

const likeliest = (rows: CaseRow[]) => rows.sort((a, b) => b.score - a.score).slice(0, RANKED);
