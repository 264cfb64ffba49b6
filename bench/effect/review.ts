import { join } from 'node:path';
import { tableOf } from '../../common/case-table.ts';
import { learn, learnedScores, RANKED, type Lesson } from '../../common/learn.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { decide } from '../../main/engine/decide.ts';
import { closeWorkspace, openWorkspace } from '../../main/engine/workspace.ts';
import { worthOf, type ListedCase } from './worth.ts';

interface Place {
  dataset: string;
  /** project folder; decided in */
  project: string;
  /** folder of masks/ */
  truth: string;
}

/**
 * The way of one who looks at `count` cases one by one and is never wrong: accepts those that are wrongly labelled for the
 * most part, keeps the others. Each is the first of the queue as the verdicts before it taught.
 */
export async function review({ dataset, project, truth }: Place, cases: readonly ListedCase[], count: number) {
  const ranked = rankedOf(cases);
  const worth = await worthOf(await openDataset(dataset), project, join(truth, 'masks'), ranked);
  const errors = ranked.map((one) => Boolean(worth.get(one)?.right));
  const workspace = await openWorkspace(dataset, project);
  try {
    for (const { index, error } of walk(ranked, errors, count))
      await decide(workspace, 'bench', error ? 'accept' : 'keep', [ranked[index].id]);
  } finally {
    await closeWorkspace(workspace);
  }
}

/** The cases that verdicts rank anew, best first. */
export const rankedOf = (cases: readonly ListedCase[]): ListedCase[] =>
  cases.toSorted((a, b) => b.score - a.score).slice(0, RANKED);

/** Verdicts on `count` cases, best first, each on the case that comes first when it is given. */
export function walk(
  cases: readonly Omit<ListedCase, 'rle' | 'id' | 'area'>[],
  errors: readonly boolean[],
  count: number,
): Lesson[] {
  const table = tableOf(cases);
  const lessons: Lesson[] = [];
  const open = new Set(cases.keys());
  let scores: Float64Array = Float64Array.from(cases, ({ score }) => score);
  while (lessons.length < count && open.size) {
    let first = -1;
    for (const i of open) if (first < 0 || scores[i] > scores[first]) first = i;
    open.delete(first);
    lessons.push({ index: first, error: errors[first] });
    const learned = learn(table, lessons);
    if (learned) scores = learnedScores(table, learned);
  }
  return lessons;
}
