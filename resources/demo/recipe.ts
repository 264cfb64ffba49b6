import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../main/engine/errors.ts';
import type { Count, Long } from '../../main/engine/long.ts';
import { CLASSES, IGNORE_ID } from './classes.ts';
import { drawInThreads } from './crew.ts';
import type { InjectedError } from './errors.ts';
import { nameOf } from './files.ts';

/** Grows whenever the same command would draw other pixels: the demo's models were trained on exactly this version. */
export const RECIPE = 1;
const FOLDS = 3;

export interface DemoSize {
  labelled: number;
  unlabelled: number;
}
export const DEMO_SIZE: DemoSize = { labelled: 120, unlabelled: 60 };

/**
 * Draws the demo dataset: a sorting belt in a recycling plant, 512×384, nine classes.
 *
 * `images/*.jpg`, `masks/*.png` (a quarter of them with one to three injected errors), `unlabeled/*.jpg`, `classes.json`,
 * `folds.json`, and beside them what nobody has in real life: `truth/masks/*.png` and `truth/errors.json`. The same bytes
 * on every run. The folder appears at once when everything is drawn; a complete one of this recipe is left alone; one of
 * another recipe is moved aside, since somebody may have worked on it. Throws InputError where something else is in the
 * way, Cancelled when stopped.
 */
export async function drawDemo(folder: string, options: Long<Count> & Partial<DemoSize> = {}): Promise<void> {
  const { signal, onProgress, labelled = DEMO_SIZE.labelled, unlabelled = DEMO_SIZE.unlabelled } = options;
  const size = { labelled, unlabelled };
  if (await isDrawn(folder, size)) return;
  const draft = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    for (const part of ['images', 'masks', 'unlabeled', 'truth/masks'])
      await mkdir(join(draft, part), { recursive: true });
    const errors: Record<string, InjectedError[]> = {};
    const total = labelled + unlabelled;
    const orders = Array.from({ length: total }, (_, i) => ({ folder: draft, index: i, labelled: i < labelled }));
    let done = 0;
    const noteErrors = ({ index }: { index: number }, found: InjectedError[]) => {
      if (found.length) errors[nameOf(index)] = found;
      onProgress?.({ done: ++done, total });
    };
    await drawInThreads(orders, noteErrors, signal);
    await writeNotes(draft, size, errors);
    await takePlace(draft, folder, size);
  } finally {
    // A cancelled picture may still be on its way to the disk.
    await rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

async function writeNotes(folder: string, size: DemoSize, errors: Record<string, InjectedError[]>): Promise<void> {
  const classes = { classes: CLASSES.map(({ name, color }, id) => ({ id, name, color })), ignore: IGNORE_ID };
  const folds = Object.fromEntries(
    Array.from({ length: size.labelled }, (_, i) => [nameOf(i), Math.floor((i * FOLDS) / size.labelled)]),
  );
  const sorted = Object.fromEntries(Object.entries(errors).sort(([a], [b]) => (a < b ? -1 : 1)));
  const files = {
    'classes.json': classes,
    'folds.json': folds,
    'truth/errors.json': sorted,
    'truth/recipe.json': { recipe: RECIPE, ...size },
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
}

async function isDrawn(folder: string, size: DemoSize): Promise<boolean> {
  const drawn = await recipeOf(folder);
  return drawn?.recipe === RECIPE && drawn.labelled === size.labelled && drawn.unlabelled === size.unlabelled;
}

async function recipeOf(folder: string): Promise<(DemoSize & { recipe: number }) | null> {
  const text = await readFile(join(folder, 'truth/recipe.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as DemoSize & { recipe: number });
}

async function takePlace(draft: string, folder: string, size: DemoSize): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  const other = await recipeOf(folder);
  if (found.length && !other)
    throw new InputError(`Expected nothing or an older demo at ${folder}, found other files (${found[0]}).`);
  // Another process may have drawn the same demo meanwhile.
  if (await isDrawn(folder, size)) return;
  if (other) await rename(folder, `${folder}-recipe${other.recipe}-${Date.now()}`);
  await rename(draft, folder);
}
