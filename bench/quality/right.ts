import { basename, join } from 'node:path';
import type { Ranked } from '../../common/case-table.ts';
import { decodeRle } from '../../common/rle.ts';
import { labelTable, readGiven, toIndexes } from '../../main/engine/dataset/labels.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readMask } from '../../main/engine/images.ts';
import { readCases } from '../../main/engine/inference/results/planes.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { projectOf } from '../../main/engine/project.ts';
import { wrongPixels } from './errors.ts';

export interface Told extends Ranked {
  /** at least half of its pixels are wrongly labelled */
  right: boolean;
}

/** All cases of a project's scan, best first, told by the masks in `truth`/masks. */
export async function tellCases(data: string, folder: string, truth: string): Promise<Told[]> {
  const dataset = await openDataset(data);
  const project = await projectOf(data, folder);
  const results = await openResults(project);
  const { scan } = results;
  if (scan === null) throw new Error(`Expected a scan in ${folder}, found none.`);
  const table = labelTable(dataset.classMap);
  const told: Told[] = [];
  for (const { sample: name } of results.all()) {
    const sample = dataset.byName.get(name);
    if (!sample?.mask) continue;
    const { given } = await readGiven(dataset, sample);
    const wrong = wrongPixels(given, toIndexes(await readMask(join(truth, 'masks', basename(sample.mask))), table));
    for (const { rle, ...row } of await readCases(project, scan, name)) {
      const mask = decodeRle(rle, sample.width, sample.height);
      let pixels = 0;
      for (let i = 0; i < mask.length; i++) pixels += mask[i] & wrong[i];
      told.push({ ...row, right: pixels >= row.area / 2 });
    }
  }
  return told.sort((a, b) => b.score - a.score);
}
