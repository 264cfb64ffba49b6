import type { Ranked } from '../../common/case-table.ts';
import { decodeRle } from '../../common/rle.ts';
import { openKnown } from './known.ts';

export interface Told extends Ranked {
  /** of the case; absent where candidates were judged that no scan named */
  id?: string;
  /** at least half of its pixels are wrongly labelled */
  right: boolean;
}

/** All cases of a project's scan, best first, told by the masks in `truth`/masks. */
export async function tellCases(data: string, folder: string, truth: string): Promise<Told[]> {
  const told: Told[] = [];
  for await (const picture of (await openKnown(data, folder, truth)).pictures()) {
    const { sample, wrong } = picture;
    for (const { rle, ...row } of await picture.cases()) {
      const mask = decodeRle(rle, sample.width, sample.height);
      let pixels = 0;
      for (let i = 0; i < mask.length; i++) pixels += mask[i] & wrong[i];
      told.push({ ...row, right: pixels >= row.area / 2 });
    }
  }
  return told.sort((a, b) => b.score - a.score);
}
