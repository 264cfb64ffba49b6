import { basename, join } from 'node:path';
import { decodeRle } from '../../common/rle.ts';
import { IGNORE } from '../../common/dataset.ts';
import type { CaseKind } from '../../common/case.ts';
import { labelTable, readGiven, toIndexes } from '../../main/engine/dataset/labels.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { readMask } from '../../main/engine/images.ts';
import { Confusion } from '../../main/engine/measures/confusion.ts';

/** A case as `winnow cases --masks` lists it, as far as it matters here. */
export interface ListedCase {
  id: string;
  sample: string;
  kind: CaseKind;
  bbox: [number, number, number, number];
  area: number;
  score: number;
  rle: string;
}

/** Labels of a train set beside the given ones, against truth. Pixels with a given and a true label. */
export interface Labels {
  pixels: number;
  /** wrong as given; wrong in the set */
  before: number;
  after: number;
  /** wrong as given and right in the set; the other way round */
  fixed: number;
  damaged: number;
  /** of the set's masks, against truth */
  miou: number;
  /** pictures with a wrong pixel as given */
  wrongPictures: string[];
}

/** What cases are worth that were accepted or might be. */
export interface Worth {
  cases: number;
  /** at least half of the case is labelled wrongly */
  right: number;
  pixels: number;
  /** pixels that were wrong as given; that are right with the proposal */
  wrong: number;
  rightAfter: number;
}

/** The labels of one picture three times, as class indexes. */
interface Three {
  given: Uint8Array;
  truth: Uint8Array;
  width: number;
  height: number;
}

/** Given and true labels of every labelled picture, one at a time. */
export async function* labelled(dataset: Dataset, truthMasks: string): AsyncGenerator<Three & { name: string }> {
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
  const sums = { pixels: 0, before: 0, after: 0, fixed: 0, damaged: 0 };
  const wrongPictures: string[] = [];
  for await (const { name, given, truth } of labelled(dataset, truthMasks)) {
    const now = toIndexes(await readMask(join(set, `${name}.png`)), table);
    const before = sums.before;
    for (let i = 0; i < given.length; i++) {
      if (given[i] === IGNORE || truth[i] === IGNORE) continue;
      const [was, is] = [given[i] !== truth[i], now[i] !== truth[i]];
      sums.pixels++;
      sums.before += +was;
      sums.after += +is;
      sums.fixed += +(was && !is);
      sums.damaged += +(!was && is);
    }
    confusion.add(truth, now);
    if (sums.before > before) wrongPictures.push(name);
  }
  return { ...sums, miou: confusion.miou() ?? NaN, wrongPictures };
}

/** Each case by itself; `set` holds masks where all of them are accepted, or is null: `rightAfter` stays 0. */
export async function worthOf(dataset: Dataset, truthMasks: string, set: string | null, cases: readonly ListedCase[]) {
  const table = labelTable(dataset.classMap);
  const bySample = Map.groupBy(cases, ({ sample }) => sample);
  const worth = new Map<ListedCase, Worth>();
  for await (const { name, given, truth, width, height } of labelled(dataset, truthMasks)) {
    const here = bySample.get(name);
    if (!here) continue;
    const now = set === null ? null : toIndexes(await readMask(join(set, `${name}.png`)), table);
    for (const one of here) {
      const mask = decodeRle(one.rle, width, height);
      let [wrong, rightAfter] = [0, 0];
      for (let i = 0; i < mask.length; i++) {
        if (!mask[i] || truth[i] === IGNORE) continue;
        wrong += +(given[i] !== truth[i] && given[i] !== IGNORE);
        rightAfter += +(now?.[i] === truth[i]);
      }
      worth.set(one, { cases: 1, right: +(wrong >= one.area / 2), pixels: one.area, wrong, rightAfter });
    }
  }
  return worth;
}

export function sumOf(parts: Iterable<Worth>): Worth {
  const all: Worth = { cases: 0, right: 0, pixels: 0, wrong: 0, rightAfter: 0 };
  for (const part of parts)
    for (const key of ['cases', 'right', 'pixels', 'wrong', 'rightAfter'] as const) all[key] += part[key];
  return all;
}
