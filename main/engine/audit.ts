import { AUDIT_CASES, INSTEAD, type Audit, type Bulk } from '../../common/audit.ts';
import type { Verdict } from '../../common/case.ts';
import { draw } from '../../common/draw.ts';
import type { JournalChange, VerdictItem } from '../../common/journal.ts';
import { changeOf } from './decide.ts';
import { InputError } from './errors.ts';
import { sentenceOf } from './journal/change.ts';
import { currentScanOf, itemsFor } from './journal/items.ts';
import type { Deed } from './journal/state.ts';
import type { Workspace } from './workspace.ts';

type Many = Extract<Deed['action'], { type: 'verdict' }>;

/** Lines that decided many at once, the latest first, with what audits measured of them. */
export async function listBulks(workspace: Workspace): Promise<Bulk[]> {
  await workspace.journal.refresh();
  const bulks: Bulk[] = [];
  for (const { id } of workspace.journal.lines(0)) {
    const found = workspace.journal.find(id);
    if (found && isBulk(found.line)) bulks.push(bulkOf(workspace, found.line, found.live));
  }
  return bulks.reverse();
}

/** A random sample of `count` cases of one bulk, which follows from the id of its line. Throws InputError where it is none. */
export async function auditOf(workspace: Workspace, target: string, count = AUDIT_CASES): Promise<Audit> {
  const { journal, results } = workspace;
  await journal.refresh();
  const { line, items, live } = casesOf(workspace, target);
  const drawn = draw(line.id, items.length, count).map((i) => items[i]);
  const present = results.findCases(drawn.map((item) => item.case));
  const cases = drawn.map(({ case: id, sample, score }) => ({
    case: id,
    sample,
    score,
    right: journal.judgementOf(target, id)?.right ?? null,
    verdict: journal.verdictOf(id),
    shown: present.has(id),
  }));
  return { bulk: bulkOf(workspace, line, live), cases };
}

/**
 * One case of a bulk, looked at for itself. `correct`: a wrong one gets the verdict it should have had, in the same line, so
 * that one undo takes back both.
 */
export async function judge(
  workspace: Workspace,
  author: string,
  { target, case: id, right, correct }: { target: string; case: string; right: boolean; correct: boolean },
): Promise<JournalChange> {
  const { journal } = workspace;
  await journal.refresh();
  const { line, items } = casesOf(workspace, target);
  const item = items.find((one) => one.case === id);
  if (!item) throw new InputError(`Expected a case of line ${target} to judge, found ${id}, which is not in it.`);
  const verdict = right || !correct ? null : INSTEAD[line.action.verdict];
  const correction = verdict && { verdict, item: await itemAgain(workspace, item, verdict) };
  const action = { type: 'audit', target, case: id, right, correction } as const;
  return changeOf(workspace, await journal.append(author, action));
}

/** The same case as another verdict needs it. */
async function itemAgain(workspace: Workspace, item: VerdictItem, verdict: Verdict): Promise<VerdictItem> {
  const row = workspace.results.findCases([item.case]).get(item.case);
  if (!row) throw new InputError(`Expected case ${item.case} in the current scan, found none: scan again.`);
  const scan = await currentScanOf(workspace);
  const [again] = await itemsFor(workspace, scan, item.sample, verdict, [row]);
  return again;
}

function casesOf({ journal }: Workspace, target: string) {
  const found = journal.find(target);
  const action = found?.line.action;
  if (!found || action?.type !== 'verdict' || !isBulk(found.line))
    throw new InputError(
      `Expected a line of the journal that decided many cases at once, found none by the id ${target}.`,
    );
  return { line: found.line as Deed & { action: Many }, items: action.items, live: found.live };
}

/** Skipping decides nothing that could be right or wrong. */
const isBulk = ({ action }: Deed): boolean =>
  (action.type === 'verdict' && action.items.length > 1 && action.verdict !== 'skip') ||
  (action.type === 'pseudo' && action.samples.length > 1);

function bulkOf({ journal, dataset }: Workspace, line: Deed, live: boolean): Bulk {
  const { action, id, at, author } = line;
  const text = sentenceOf(journal, line, dataset.classMap);
  const facts = { id, at, author, text, live };
  if (action.type === 'pseudo')
    return {
      ...facts,
      verdict: null,
      items: action.samples.length,
      expected: null,
      leastScore: null,
      judged: 0,
      right: 0,
    };
  const { verdict, items, expected } = action as Many;
  const judgements = [...journal.judgementsOf(id).values()];
  const { mean, least } = scoresIn(items);
  return {
    ...facts,
    verdict,
    items: items.length,
    expected: expected ?? (verdict === 'keep' ? 1 - mean : mean),
    leastScore: least,
    judged: judgements.length,
    right: judgements.filter(Boolean).length,
  };
}

/** Kept for as long as the lines are: a bulk may hold hundreds of thousands. */
const known = new WeakMap<readonly VerdictItem[], { mean: number; least: number }>();

function scoresIn(items: readonly VerdictItem[]): { mean: number; least: number } {
  const found = known.get(items);
  if (found) return found;
  let [sum, least] = [0, 1];
  for (const { score } of items) {
    sum += score;
    least = Math.min(least, score);
  }
  const made = { mean: sum / items.length, least };
  known.set(items, made);
  return made;
}
