import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../main/engine/errors.ts';
import { inParallel, type Count, type Long } from '../../main/engine/long.ts';
import { CLASSES, IGNORE_ID } from './classes.ts';
import { ERROR_KINDS, injectErrors, type ErrorKind, type InjectedError } from './errors.ts';
import { writeJpeg, writeLabels } from './files.ts';
import { paintLabels } from './labels.ts';
import { seeded, seedOf } from './random.ts';
import { drawScene, HEIGHT, WIDTH } from './scene.ts';

/** Grows whenever the same command would draw other pixels: the demo's models were trained on exactly this version. */
export const RECIPE = 1;
const FOLDS = 3;
/** One labelled picture of this many carries errors. */
const GROUP = 4;

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
    let done = 0;
    const numbers = Array.from({ length: total }, (_, i) => i);
    // Drawing takes this thread; compressing and writing of the pictures before goes on beside it.
    await inParallel(
      numbers,
      3,
      async (i) => {
        await (i < labelled ? drawLabelled(draft, i, errors) : drawUnlabelled(draft, i));
        onProgress?.({ done: ++done, total });
      },
      signal,
    );
    await writeNotes(draft, size, errors);
    await takePlace(draft, folder, size);
  } finally {
    // A cancelled picture may still be on its way to the disk.
    await rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

export const nameOf = (index: number) => `sort-${String(index + 1).padStart(4, '0')}`;

async function drawLabelled(folder: string, index: number, errors: Record<string, InjectedError[]>): Promise<void> {
  const name = nameOf(index);
  const scene = drawScene(index);
  const truth = paintLabels(scene.footprints, WIDTH, HEIGHT);
  const kinds = errorKinds(index);
  const given = injectErrors(scene.footprints, kinds, seeded(seedOf(2, index)));
  if (given.errors.length) errors[name] = given.errors;
  await Promise.all([
    writeJpeg(join(folder, 'images', `${name}.jpg`), scene.picture, WIDTH, HEIGHT),
    writeLabels(join(folder, 'masks', `${name}.png`), given.labels, WIDTH, HEIGHT),
    writeLabels(join(folder, 'truth/masks', `${name}.png`), truth, WIDTH, HEIGHT),
  ]);
}

async function drawUnlabelled(folder: string, index: number): Promise<void> {
  await writeJpeg(join(folder, 'unlabeled', `${nameOf(index)}.jpg`), drawScene(index).picture, WIDTH, HEIGHT);
}

/** One picture of each group of four, with one, two or three errors in turn, the kinds in turn. */
function errorKinds(index: number): ErrorKind[] {
  const group = Math.floor(index / GROUP);
  if (seeded(seedOf(3, group)).integer(0, GROUP - 1) !== index % GROUP) return [];
  const before = 6 * Math.floor(group / 3) + [0, 1, 3][group % 3];
  return Array.from({ length: 1 + (group % 3) }, (_, i) => ERROR_KINDS[(before + i) % ERROR_KINDS.length]);
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
