import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../main/engine/long.ts';
import { namesOf, placeOf, writeNames } from './arms.ts';
import { readRun, type Run } from './measured.ts';
import { trainOne, type Recipe } from './recipe.ts';

export interface Trainings {
  work: string;
  /** folder of the results within the work folder */
  into: string;
  arms: readonly string[];
  seeds: number;
  /** labelled pictures to train on; null: all */
  only: ReadonlySet<string> | null;
  /** batches of an epoch, the same for each arm */
  steps: number;
  lanes: number;
  recipe: Recipe;
  measured: { pictures: string; truth: string };
}

interface Training {
  arm: string;
  seed: number;
}

/** Every arm with every seed, in the order of seeds; what is there already is not trained again. By arm, then seed. */
export async function trainAll(all: Trainings): Promise<Map<string, Run[]>> {
  const runs = join(all.work, all.into, 'runs');
  await mkdir(runs, { recursive: true });
  const seeds = Array.from({ length: all.seeds }, (_, seed) => seed);
  const trainings = seeds.flatMap((seed) => all.arms.map((arm) => ({ arm, seed })));
  const fileOf = ({ arm, seed }: Training) => join(runs, `${arm}-${seed}.json`);
  const open = trainings.filter((one) => !existsSync(fileOf(one)));
  await inParallel(open, all.lanes, (one) => train(all, one, fileOf(one)));
  return new Map(all.arms.map((arm) => [arm, seeds.map((seed) => readRun(fileOf({ arm, seed })))]));
}

async function train({ work, only, steps, recipe, measured }: Trainings, { arm, seed }: Training, file: string) {
  const names = file.replace(/json$/, 'txt');
  await writeNames(names, await namesOf(work, arm, only));
  console.error('training', arm, 'seed', seed);
  await trainOne(recipe, { data: placeOf(work).set(arm), names, seed, steps, measured, file });
}
