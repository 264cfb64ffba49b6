import type { CaseRow, Verdict } from '../../../common/case.ts';
import type { FolderInsight } from '../../../common/insights.ts';
import type { Workspace } from '../workspace.ts';
import { folderAbove, foldersAbove } from './folders.ts';
import type { FolderSize } from './tally.ts';

/** Folders told of; of more, those with most expected errors. */
const MOST_FOLDERS = 500;

export interface ExpectedNoise {
  /** by class index: expected share of its given pixels that is wrong, 0..1; null: no pixel has the class */
  classes: (number | null)[];
  /** by path, the dataset itself first; a folder that holds all pictures of the one above says nothing new and is left out */
  folders: FolderInsight[];
}

/**
 * What the cases of some pictures say about the noise of their labels: scores are chances, what was decided is certain,
 * and a case counts for the class most of it is labelled with. `pixels` with a label by class and, below each folder,
 * are those of the same pictures. Needs no pixels, so it can follow every decision.
 */
export function expectedNoise(
  { dataset, journal, results }: Workspace,
  counts: (mask: string, heldOut: boolean) => boolean,
  pixels: readonly number[],
  folders: ReadonlyMap<string, FolderSize>,
): ExpectedNoise {
  const wrong = pixels.map(() => 0);
  const below = new Map<string, { cases: number; expected: number; wrong: number }>();
  for (const { sample, heldOut, cases } of results.all()) {
    const row = dataset.byName.get(sample);
    if (!row?.mask || !counts(row.mask, heldOut)) continue;
    let [expected, area] = [0, 0];
    for (const one of cases) {
      const chance = chanceOf(one, journal.verdictOf(one.id));
      expected += chance;
      area += chance * one.area;
      wrong[one.given] += chance * one.area;
    }
    for (const folder of foldersAbove(row.image)) {
      const sum = below.get(folder) ?? { cases: 0, expected: 0, wrong: 0 };
      below.set(folder, {
        cases: sum.cases + cases.length,
        expected: sum.expected + expected,
        wrong: sum.wrong + area,
      });
    }
  }
  const rows = [...folders].flatMap(([folder, size]): FolderInsight[] => {
    if (folder && size.samples === folders.get(folderAbove(folder))?.samples) return [];
    const { cases, expected, wrong } = below.get(folder) ?? { cases: 0, expected: 0, wrong: 0 };
    return [{ folder, samples: size.samples, cases, expected, noise: share(wrong, size.pixels) ?? 0 }];
  });
  const most = rows.sort((a, b) => b.expected - a.expected).slice(0, MOST_FOLDERS);
  return {
    classes: wrong.map((area, k) => share(area, pixels[k])),
    folders: most.sort((a, b) => (a.folder < b.folder ? -1 : 1)),
  };
}

/** How likely its label is wrong, all known things considered. */
function chanceOf({ score }: CaseRow, verdict: Verdict | null): number {
  if (verdict === 'accept' || verdict === 'ignore') return 1;
  return verdict === 'keep' ? 0 : score;
}

/** Cases may overlap a little, a share cannot be over 1. */
const share = (part: number, whole: number): number | null => (whole ? Math.min(1, part / whole) : null);
