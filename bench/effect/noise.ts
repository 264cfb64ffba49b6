import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ClassMap } from '../../common/dataset.ts';
import { labelTable, toIndexes } from '../../main/engine/dataset/labels.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { encodeMask, readMask, type MaskFile } from '../../main/engine/images.ts';
import { withEdits } from '../../main/engine/planted/copies.ts';
import { findObjects, groundOf, type Ground } from '../../main/engine/planted/ground.ts';
import { Planting } from '../../main/engine/planted/planting.ts';
import { randomOf } from '../../main/engine/planted/random.ts';
import { Shapes } from '../../main/engine/planted/shapes.ts';
import { asByHabit, picturesWithHabit, slipOf, type Habit } from './habit.ts';

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
  /** errors without a system, planted in every picture as far as they find room; or a habit of some annotators */
  what: { errors: number } | { habit: Habit };
  /** folds of the new folds.json: those of `data`, some of them made one */
  folds: number;
}

/** One picture with its true mask, as stored and as class indexes. */
interface Picture {
  ground: Ground;
  mask: MaskFile;
  /** of the mask file */
  file: string;
  to: string;
}

/** A dataset with noisy labels, made of the true masks; the given ones are not looked at. One that is there stays. */
export async function makeNoise({ data, truth, out, seed, what, folds }: Noise): Promise<void> {
  if (existsSync(join(out, 'classes.json'))) return;
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, 'masks'), { recursive: true });
  for (const folder of ['images', 'unlabeled']) await symlink(join(data, folder), join(out, folder));
  const given = JSON.parse(await readFile(join(data, 'folds.json'), 'utf8')) as Record<string, number>;
  await writeFile(join(out, 'folds.json'), JSON.stringify(mergedFolds(given, folds)));
  const { samples, classMap } = await openDataset(data);
  const labelled = samples.flatMap((sample) => (sample.mask === null ? [] : [{ sample, mask: basename(sample.mask) }]));
  const table = labelTable(classMap);
  const read = async ({ sample, mask }: (typeof labelled)[number]): Promise<Picture> => {
    const file = join(truth, 'masks', mask);
    const stored = await readMask(file);
    return {
      ground: groundOf(sample, toIndexes(stored, table), []),
      mask: stored,
      file,
      to: join(out, 'masks', mask),
    };
  };
  const pictures = labelled.map((one) => () => read(one));
  if ('errors' in what) await plantAll(pictures, classMap, what.errors, seed);
  else {
    const names = picturesWithHabit(given, folds, what.habit.share, seed);
    await takeHabit(pictures, classMap, what.habit, names);
  }
  // Written last: what is there is whole.
  await copyFile(join(data, 'classes.json'), join(out, 'classes.json'));
}

/** Folds put together until `count` are left; what was in one fold stays in one. */
export const mergedFolds = (folds: Readonly<Record<string, number>>, count: number): Record<string, number> =>
  Object.fromEntries(Object.entries(folds).map(([name, fold]) => [name, fold % count]));

type Readers = readonly (() => Promise<Picture>)[];

async function plantAll(readers: Readers, { classes }: ClassMap, errors: number, seed: number): Promise<void> {
  const random = randomOf(seed);
  const pictures = random.shuffled(readers);
  const shapes = new Shapes();
  for (const read of pictures.slice(0, LENDERS)) {
    const { ground } = await read();
    for (const object of findObjects(ground)) shapes.add(ground, object, random);
  }
  const planting = new Planting(shapes, random);
  for (const read of pictures) {
    const { ground, mask, to } = await read();
    await writeFile(to, await encodeMask(withEdits(mask, planting.plant(ground, errors), classes)));
  }
}

/** Pictures of others keep their files, byte by byte. */
async function takeHabit(readers: Readers, { classes }: ClassMap, habit: Habit, names: ReadonlySet<string>) {
  const slip = slipOf(habit, classes);
  for (const read of readers) {
    const { ground, mask, file, to } = await read();
    if (!names.has(ground.sample.name)) await copyFile(file, to);
    else {
      const given = asByHabit(ground, slip);
      const data = mask.data.slice();
      given.forEach((label, i) => {
        if (label !== ground.given[i]) data[i] = classes[label].id;
      });
      await writeFile(to, await encodeMask({ ...mask, data }));
    }
  }
}
