import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../main/engine/long.ts';
import { writeNames } from './arms.ts';
import { trainOne, type Recipe } from './recipe.ts';

export interface Folds {
  /** dataset folder with folds.json */
  data: string;
  /** folder of the networks */
  out: string;
  recipe: Recipe;
  /** batches of an epoch */
  steps: number;
  /** trainings at a time */
  lanes: number;
}

/** One network a fold, trained anew on the given labels of the others; the ONNX files, named as a scan expects them. */
export async function trainFolds({ data, out, recipe, steps, lanes }: Folds): Promise<string[]> {
  await mkdir(out, { recursive: true });
  const folds = JSON.parse(await readFile(join(data, 'folds.json'), 'utf8')) as Record<string, number>;
  const all = [...new Set(Object.values(folds))].sort((a, b) => a - b);
  const fileOf = (fold: number) => join(out, `fold${fold}.onnx`);
  const open = all.filter((fold) => !existsSync(fileOf(fold)));
  await inParallel(open, lanes, async (fold) => {
    const file = fileOf(fold);
    const names = file.replace(/onnx$/, 'txt');
    await writeNames(names, outside(folds, fold));
    console.error('training fold', fold);
    await trainOne({ ...recipe, start: '-' }, { data, names, seed: fold, steps, measured: null, file });
  });
  return all.map(fileOf);
}

/** Names in other folds, ascending. */
export const outside = (folds: Readonly<Record<string, number>>, fold: number): string[] =>
  Object.keys(folds)
    .filter((name) => folds[name] !== fold)
    .sort();
