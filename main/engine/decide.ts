import { availableParallelism } from 'node:os';
import type { Verdict } from '../../common/case.ts';
import type { Action, JournalChange, JournalLine, VerdictItem } from '../../common/journal.ts';
import type { Threshold } from '../../common/pseudo.ts';
import { rleArea } from '../../common/rle.ts';
import { InputError, messageOf } from './errors.ts';
import { changeOfLines } from './journal/change.ts';
import { currentScanOf, itemsFor, picturePaint } from './journal/items.ts';
import { learnFrom } from './learned.ts';
import { inParallel } from './long.ts';
import { readCleaned } from './masks/replay.ts';
import { byId } from './pseudo/by-id.ts';
import type { Workspace } from './workspace.ts';

type Authors = ReadonlySet<string>;
const NOBODY: Authors = new Set();

/**
 * One verdict on many cases, one unit of undo. Cases that cannot be decided (their scan is gone) are left out and counted
 * in the text; throws InputError where that leaves none. `expected`: share of them it is right for as far as is known, 0..1.
 */
export async function decide(
  workspace: Workspace,
  author: string,
  verdict: Verdict,
  caseIds: readonly string[],
  expected?: number,
) {
  const { items, left } = await collect(workspace, verdict, caseIds);
  if (!items.length) throw new InputError(left[0] ?? 'Expected cases of the current scan to decide on, found none.');
  const change = await record(workspace, author, {
    type: 'verdict',
    verdict,
    items,
    ...(expected !== undefined && { expected }),
  });
  return left.length ? { ...change, text: `${change.text}; ${left.length} left out: ${left[0]}` } : change;
}

/**
 * Accepts every open case of at least this score, or makes it ignore; `pixels`: painted, `action`: id of the line. Again, it
 * finds nothing left to do. `by`: the score of the scan, or what verdicts made of it (see learned.ts).
 */
export async function acceptCases(
  workspace: Workspace,
  author: string,
  minScore: number,
  verdict: 'accept' | 'ignore' = 'accept',
  by: 'scan' | 'verdicts' = 'scan',
) {
  const { results, journal } = workspace;
  await journal.refresh();
  const learned = by === 'verdicts' ? learnFrom(workspace) : null;
  const open: { id: string; score: number }[] = [];
  for (const { cases } of results.all())
    for (const { id, score: scanned } of cases) {
      const score = learned ? learned.get(id) : scanned;
      if (score !== undefined && score >= minScore && journal.verdictOf(id) === null) open.push({ id, score });
    }
  open.sort((a, b) => b.score - a.score);
  const { items, left } = await collect(
    workspace,
    verdict,
    open.map(({ id }) => id),
  );
  const expected = learned && items.reduce((sum, one) => sum + (learned.get(one.case) ?? 0), 0) / items.length;
  const action = { type: 'verdict', verdict, items, ...(expected !== null && { expected }) } as const;
  const line = items.length ? await journal.append(author, action) : null;
  const paints = items.flatMap(({ paint }) => paint);
  const pixels = paints.reduce((sum, { rle }) => sum + rleArea(rle), 0);
  return { accepted: items.length, pixels, action: line?.id ?? null, problems: left };
}

/** Takes the whole proposal of a labelled picture, and with it every case on it. */
export async function acceptPicture(workspace: Workspace, author: string, sample: string): Promise<JournalChange> {
  const scan = await currentScanOf(workspace);
  await workspace.journal.refresh();
  const cleaned = await readCleaned(workspace, sample);
  const paint = await picturePaint(workspace, scan, sample, cleaned);
  const cases = (workspace.results.get(sample)?.cases ?? []).map(({ id }) => id);
  return record(workspace, author, { type: 'picture', sample, cases, paint });
}

/** `samples` null: every scanned unlabelled picture. Accepting again replaces the threshold. */
export async function acceptPseudo(
  workspace: Workspace,
  author: string,
  threshold: Threshold,
  samples: readonly string[] | null,
): Promise<JournalChange> {
  const { dataset, results } = workspace;
  const scan = await currentScanOf(workspace);
  refuseUnusable(threshold, scan.ids.length);
  const open = dataset.samples.filter(({ name, mask }) => !mask && results.get(name)?.labelled === false);
  const known = new Set(open.map(({ name }) => name));
  const unknown = samples?.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new InputError(`Expected scanned pictures without mask, found ${unknown}, which is none.`);
  const chosen = samples ? [...new Set(samples)] : [...known];
  if (!chosen.length) throw new InputError(`Expected scanned pictures without mask in ${dataset.name}, found none.`);
  return record(workspace, author, {
    type: 'pseudo',
    threshold: byId(threshold, scan.ids),
    scan: scan.key,
    samples: chosen,
  });
}

function refuseUnusable(threshold: Threshold, classes: number): void {
  const levels = typeof threshold === 'number' ? [threshold] : threshold;
  const wrong = levels.find((one) => one !== null && !(one > 0 && one <= 1));
  if (wrong !== undefined) throw new InputError(`Expected a threshold over 0 and up to 1, found ${wrong}.`);
  if (typeof threshold !== 'number' && threshold.length !== classes)
    throw new InputError(`Expected ${classes} thresholds, one a class, found ${threshold.length}.`);
}

/**
 * Takes back line `target`, whatever came after it: what was decided singly since stays. `back` false: brings it back.
 * Throws InputError where there is no such line, or it is so already.
 */
export async function rollBack(
  workspace: Workspace,
  author: string,
  target: string,
  present: Authors,
  back = true,
): Promise<JournalChange> {
  await workspace.journal.refresh();
  const found = workspace.journal.find(target);
  if (!found) throw new InputError(`Expected a decision to roll back by the id ${target}, found none in the journal.`);
  if (found.live !== back)
    throw new InputError(
      `Expected a decision that ${back ? 'applies' : 'was taken back'}, found ${target}, which ${back ? 'was taken back already' : 'applies'}.`,
    );
  return record(workspace, author, { type: back ? 'undo' : 'redo', target }, present);
}

/** Takes back the last decision of this author or of one who is not in `present`; null: there is none. */
export async function undo(workspace: Workspace, author: string, present: Authors): Promise<JournalChange | null> {
  await workspace.journal.refresh();
  const target = workspace.journal.undoTarget(author, present);
  return target === null ? null : record(workspace, author, { type: 'undo', target }, present);
}

/** Brings back what was undone last, unless something new was decided since; null: there is nothing. */
export async function redo(workspace: Workspace, author: string, present: Authors): Promise<JournalChange | null> {
  await workspace.journal.refresh();
  const target = workspace.journal.redoTarget(author, present);
  return target === null ? null : record(workspace, author, { type: 'redo', target }, present);
}

/** What one line of the journal means for the views, now; undo and redo as its author has them. */
export function changeOf({ dataset, journal }: Workspace, line: JournalLine, present: Authors = NOBODY): JournalChange {
  const viewer = { author: line.author, present };
  return changeOfLines(journal, [line], journal.seqOf(line), dataset.classMap, viewer);
}

/** Everything decided after journal line `since` (0: all), as one change. */
export async function decisionsSince(
  { dataset, journal }: Workspace,
  author: string,
  since: number,
  present: Authors,
): Promise<JournalChange> {
  await journal.refresh();
  return changeOfLines(journal, journal.lines(since), journal.seq, dataset.classMap, { author, present });
}

async function record(workspace: Workspace, author: string, action: Action, present: Authors = NOBODY) {
  return changeOf(workspace, await workspace.journal.append(author, action), present);
}

/** Journal items of the cases, in the order asked for; the pixels of each picture are read once. */
async function collect(workspace: Workspace, verdict: Verdict, caseIds: readonly string[]) {
  const scan = await currentScanOf(workspace);
  await workspace.journal.refresh();
  const rows = workspace.results.findCases(caseIds);
  const found = new Map<string, VerdictItem>();
  const left = caseIds
    .filter((id) => !rows.has(id))
    .map((id) => `Expected case ${id} in the current scan, found none: scan again.`);
  const bySample = [...Map.groupBy(rows.values(), ({ sample }) => sample)];
  await inParallel(bySample, availableParallelism() + 1, async ([sample, cases]) => {
    try {
      for (const item of await itemsFor(workspace, scan, sample, verdict, cases)) found.set(item.case, item);
    } catch (error) {
      left.push(...cases.map(() => messageOf(error)));
    }
  });
  return { items: [...new Set(caseIds)].flatMap((id) => found.get(id) ?? []), left };
}
