import { IGNORE } from '../../common/dataset.ts';
import { decodeRle } from '../../common/rle.ts';
import type { Ranked } from '../../common/case-table.ts';
import type { CaseRow } from '../../common/case.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { readPlanes } from '../../main/engine/inference/results/planes.ts';
import { currentScan } from '../../main/engine/inference/results/record.ts';
import { projectOf } from '../../main/engine/project.ts';
import { labelled, type GivenAndTrue } from './labels.ts';

/** A case as `winnow cases --masks` lists it, as far as it matters here. */
export type ListedCase = Ranked & Pick<CaseRow, 'id' | 'area'> & { rle: string };

/** What accepting cases does. */
export interface Worth {
  cases: number;
  /** cases of which at least half is labelled wrongly */
  right: number;
  /** cases that propose a class no pixel of their picture is labelled with */
  absent: number;
  pixels: number;
  /** pixels that were wrong as given */
  wrong: number;
  /** pixels that no better case holds: wrong as given; of those right as proposed; right as given and wrong as proposed */
  met: number;
  fixed: number;
  damaged: number;
}

const KEYS = ['cases', 'right', 'absent', 'pixels', 'wrong', 'met', 'fixed', 'damaged'] as const;

/** What each case is worth, best first; one that is accepted paints the proposal of each of its pixels. */
export async function worthOf(
  dataset: Dataset,
  projectFolder: string,
  truthMasks: string,
  cases: readonly ListedCase[],
): Promise<Map<ListedCase, Worth>> {
  const project = await projectOf(dataset.folder, projectFolder);
  const scan = await currentScan(project);
  const bySample = Map.groupBy(cases, ({ sample }) => sample);
  const worth = new Map<ListedCase, Worth>();
  for await (const picture of labelled(dataset, truthMasks)) {
    const here = bySample.get(picture.name);
    if (!here) continue;
    const found = scan === null ? null : await readPlanes(project, scan, picture.name);
    if (!found) throw new Error(`Expected the proposal for ${picture.name} in ${projectFolder}, found none.`);
    const painted = new Uint8Array(picture.given.length);
    for (const one of here.toSorted((a, b) => b.score - a.score))
      worth.set(one, worthIn(picture, one, found.planes.label, painted));
  }
  return worth;
}

/** Of one case; `painted` counts the cases on each pixel, and is taken further. */
export function worthIn(
  { given, truth, width, height }: GivenAndTrue,
  { rle, area, proposed: label }: ListedCase,
  proposed: Uint8Array,
  painted: Uint8Array,
): Worth {
  const mask = decodeRle(rle, width, height);
  let [wrong, met, fixed, damaged] = [0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i] || truth[i] === IGNORE || given[i] === IGNORE) continue;
    const was = given[i] !== truth[i];
    wrong += +was;
    if (painted[i]++) continue;
    met += +was;
    fixed += +(was && proposed[i] === truth[i]);
    damaged += +(!was && proposed[i] !== truth[i]);
  }
  const absent = +!given.includes(label);
  return { cases: 1, right: +(wrong >= area / 2), absent, pixels: area, wrong, met, fixed, damaged };
}

export function sumOf(parts: Iterable<Worth>): Worth {
  const all: Worth = { cases: 0, right: 0, absent: 0, pixels: 0, wrong: 0, met: 0, fixed: 0, damaged: 0 };
  for (const part of parts) for (const key of KEYS) all[key] += part[key];
  return all;
}
