import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { labelTable, toIndexes } from '../../main/engine/dataset/labels.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { encodeMask, readMask } from '../../main/engine/images.ts';
import { withEdits } from '../../main/engine/planted/copies.ts';
import { findObjects, groundOf } from '../../main/engine/planted/ground.ts';
import { Planting } from '../../main/engine/planted/planting.ts';
import { randomOf, type Random } from '../../main/engine/planted/random.ts';
import { Shapes } from '../../main/engine/planted/shapes.ts';

/** Pictures whose objects lend their shapes. */
const LENDERS = 64;

export interface Noise {
  /** folder of images/, unlabeled/, classes.json, folds.json */
  data: string;
  /** folder of masks/: the true ones */
  truth: string;
  /** folder to make: as `data`, with masks of its own */
  out: string;
  seed: number;
  /** errors planted in a picture, as far as they find room */
  errors: number;
  /** folds of the new folds.json: those of `data`, some of them made one */
  folds: number;
}

/** A dataset with heavily noisy labels: the true masks with errors planted in every picture. One that is there stays. */
export async function plantNoise({ data, truth, out, seed, errors, folds }: Noise): Promise<void> {
  if (existsSync(join(out, 'classes.json'))) return;
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, 'masks'), { recursive: true });
  for (const folder of ['images', 'unlabeled']) await symlink(join(data, folder), join(out, folder));
  const given = JSON.parse(await readFile(join(data, 'folds.json'), 'utf8')) as Record<string, number>;
  await writeFile(join(out, 'folds.json'), JSON.stringify(mergedFolds(given, folds)));
  await plantMasks(await openDataset(data), join(truth, 'masks'), join(out, 'masks'), randomOf(seed), errors);
  // Written last: what is there is whole.
  await copyFile(join(data, 'classes.json'), join(out, 'classes.json'));
}

/** Folds put together until `count` are left; what was in one fold stays in one. */
export const mergedFolds = (folds: Readonly<Record<string, number>>, count: number): Record<string, number> =>
  Object.fromEntries(Object.entries(folds).map(([name, fold]) => [name, fold % count]));

async function plantMasks({ samples, classMap }: Dataset, truth: string, out: string, random: Random, errors: number) {
  const table = labelTable(classMap);
  const pictures = random.shuffled(samples.flatMap((sample) => (sample.mask === null ? [] : [sample])));
  const read = async (file: string) => readMask(join(truth, basename(file)));
  const shapes = new Shapes();
  for (const sample of pictures.slice(0, LENDERS)) {
    const ground = groundOf(sample, toIndexes(await read(sample.mask ?? ''), table), []);
    for (const object of findObjects(ground)) shapes.add(ground, object, random);
  }
  const planting = new Planting(shapes, random);
  for (const sample of pictures) {
    const mask = await read(sample.mask ?? '');
    const edits = planting.plant(groundOf(sample, toIndexes(mask, table), []), errors);
    await writeFile(join(out, basename(sample.mask ?? '')), await encodeMask(withEdits(mask, edits, classMap.classes)));
  }
}
