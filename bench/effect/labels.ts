import { basename, join } from 'node:path';
import { IGNORE } from '../../common/dataset.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { labelTable, readGiven, toIndexes } from '../../main/engine/dataset/labels.ts';
import { readMask } from '../../main/engine/images.ts';
import { Confusion } from '../../main/engine/measures/confusion.ts';

/** Labels of a train set beside the given ones, against truth. Only pixels with a given and a true label count. */
export interface Labels {
  pixels: number;
  /** wrong as given */
  before: number;
  /** wrong in the set; without a label there */
  after: number;
  left: number;
  /** wrong as given and right in the set; the other way round */
  fixed: number;
  damaged: number;
  /** of the set's masks, against truth */
  miou: number;
  /** by true class: pixels, wrong as given, wrong in the set, without a label there */
  byClass: { pixels: number; before: number; after: number; left: number }[];
  /** pictures with a wrong pixel as given */
  wrongPictures: string[];
}

/** The labels of one picture, as class indexes. */
export interface GivenAndTrue {
  name: string;
  given: Uint8Array;
  truth: Uint8Array;
  width: number;
  height: number;
}

/** Every labelled picture, one at a time. */
export async function* labelled(dataset: Dataset, truthMasks: string): AsyncGenerator<GivenAndTrue> {
  const table = labelTable(dataset.classMap);
  for (const sample of dataset.samples) {
    if (!sample.mask) continue;
    const { given } = await readGiven(dataset, sample);
    const truth = toIndexes(await readMask(join(truthMasks, basename(sample.mask))), table);
    yield { name: sample.name, given, truth, width: sample.width, height: sample.height };
  }
}

/** `set`: folder of index masks named by sample, as the export writes them. */
export async function labelsOf(dataset: Dataset, truthMasks: string, set: string): Promise<Labels> {
  const table = labelTable(dataset.classMap);
  const confusion = new Confusion(dataset.classMap.classes.length);
  const sums = { pixels: 0, before: 0, after: 0, left: 0, fixed: 0, damaged: 0 };
  const byClass = dataset.classMap.classes.map(() => ({ pixels: 0, before: 0, after: 0, left: 0 }));
  const wrongPictures: string[] = [];
  for await (const { name, given, truth } of labelled(dataset, truthMasks)) {
    const now = toIndexes(await readMask(join(set, `${name}.png`)), table);
    const before = sums.before;
    for (let i = 0; i < given.length; i++) {
      if (given[i] === IGNORE || truth[i] === IGNORE) continue;
      const [was, none, is] = [given[i] !== truth[i], now[i] === IGNORE, now[i] !== truth[i]];
      for (const sum of [sums, byClass[truth[i]]]) {
        sum.pixels++;
        sum.before += +was;
        sum.left += +none;
        sum.after += +(is && !none);
      }
      sums.fixed += +(was && !is);
      sums.damaged += +(!was && is && !none);
    }
    confusion.add(truth, now);
    if (sums.before > before) wrongPictures.push(name);
  }
  return { ...sums, miou: confusion.miou() ?? NaN, byClass, wrongPictures };
}

/** Pseudo-labels against truth: pictures, pixels with a true label, of them kept, of those right. */
export async function pseudoOf(dataset: Dataset, truthMasks: string, set: string) {
  const table = labelTable(dataset.classMap);
  const sums = { pictures: 0, pixels: 0, kept: 0, right: 0 };
  for (const { name, mask } of dataset.samples) {
    if (mask) continue;
    const read = async (folder: string) => toIndexes(await readMask(join(folder, `${name}.png`)), table);
    const [truth, now] = [await read(truthMasks), await read(set)];
    sums.pictures++;
    for (let i = 0; i < truth.length; i++) {
      if (truth[i] === IGNORE) continue;
      sums.pixels++;
      sums.kept += +(now[i] !== IGNORE);
      sums.right += +(now[i] === truth[i]);
    }
  }
  return sums;
}
