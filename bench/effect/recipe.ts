import { join } from 'node:path';
import { run } from './command.ts';

/** How networks are trained; see train.py. */
export interface Recipe {
  tool: string;
  python: string;
  epochs: string;
  width: string;
  crop: string;
  /** - to begin anew */
  start: string;
}

/** One training of the recipe. */
export interface Task {
  /** dataset folder with images/ and masks/ */
  data: string;
  /** file of the names to train on */
  names: string;
  seed: number;
  /** batches of an epoch */
  steps: number;
  /** null: the network itself is kept */
  measured: { pictures: string; truth: string } | null;
  /** result; its .log lies beside it */
  file: string;
}

/** One training, on one thread. */
export async function trainOne({ tool, python, epochs, width, crop, start }: Recipe, task: Task): Promise<void> {
  const { data, names, seed, steps, measured, file } = task;
  const against = measured ? [measured.pictures, measured.truth] : ['-', '-'];
  const args = [tool, data, names, seed, epochs, width, steps, start, ...against, file];
  await run(python, [join(import.meta.dirname, 'train.py'), ...args.map(String)], {
    log: file.replace(/\.[^.]+$/, '.log'),
    env: { CROP: crop, THREADS: '1', OMP_NUM_THREADS: '1' },
  });
}
