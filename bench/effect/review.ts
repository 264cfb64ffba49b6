import { join } from 'node:path';
import { chanceOf, recalibrate, type Reading } from '../../common/recalibration.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { acceptCases, decide } from '../../main/engine/decide.ts';
import { reviewedOf } from '../../main/engine/reviewed.ts';
import { closeWorkspace, openWorkspace } from '../../main/engine/workspace.ts';
import { worthOf, type ListedCase } from './worth.ts';

const AUTHOR = 'bench';

interface Place {
  dataset: string;
  /** project folder; decided in */
  project: string;
  /** folder of masks/ */
  truth: string;
}

/**
 * The way of one who looks at these cases one by one and is never wrong: accepts those that are wrongly labelled for the
 * most part, keeps the others. `onward`: then accepts unseen every other case from that score up from which, by these
 * verdicts, cases are more likely errors than not.
 */
export async function review({ dataset, project, truth }: Place, cases: readonly ListedCase[], onward: boolean) {
  const worth = await worthOf(await openDataset(dataset), project, join(truth, 'masks'), cases);
  const workspace = await openWorkspace(dataset, project);
  try {
    for (const one of cases) await decide(workspace, AUTHOR, worth.get(one)?.right ? 'accept' : 'keep', [one.id]);
    if (!onward) return;
    const { errors, fine } = await reviewedOf(workspace);
    const least = leastLikely(recalibrate(errors, fine).likeliest);
    console.error('accepting unseen from score', least);
    await acceptCases(workspace, AUTHOR, least);
  } finally {
    await closeWorkspace(workspace);
  }
}

/** The lowest score, in hundredths, from which on every score is more likely that of an error; above 1 where none is. */
export function leastLikely(reading: Reading): number {
  let least = 101;
  while (least > 1 && chanceOf((least - 1) / 100, reading) >= 0.5) least--;
  return least / 100;
}
