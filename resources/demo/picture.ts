import { join } from 'node:path';
import { ERROR_KINDS, injectErrors, type ErrorKind, type InjectedError } from './errors.ts';
import { nameOf, writeJpeg, writeLabels } from './files.ts';
import { paintLabels } from './labels.ts';
import { seeded, seedOf } from './random.ts';
import { drawScene, HEIGHT, WIDTH } from './scene.ts';

/** One labelled picture of this many carries errors. */
const GROUP = 4;

/** Draws labelled picture `index` and both its masks into `folder`; what is wrong with the given one. */
export async function drawLabelled(folder: string, index: number): Promise<InjectedError[]> {
  const name = nameOf(index);
  const scene = drawScene(index);
  const truth = paintLabels(scene.footprints, WIDTH, HEIGHT);
  const { labels, errors } = injectErrors(scene.footprints, errorKinds(index), seeded(seedOf(2, index)));
  await Promise.all([
    writeJpeg(join(folder, 'images', `${name}.jpg`), scene.picture, WIDTH, HEIGHT),
    writeLabels(join(folder, 'masks', `${name}.png`), labels, WIDTH, HEIGHT),
    writeLabels(join(folder, 'truth/masks', `${name}.png`), truth, WIDTH, HEIGHT),
  ]);
  return errors;
}

export async function drawUnlabelled(folder: string, index: number): Promise<void> {
  await writeJpeg(join(folder, 'unlabeled', `${nameOf(index)}.jpg`), drawScene(index).picture, WIDTH, HEIGHT);
}

/** One picture of each group of four, with one, two or three errors in turn, the kinds in turn. */
function errorKinds(index: number): ErrorKind[] {
  const group = Math.floor(index / GROUP);
  if (seeded(seedOf(3, group)).integer(0, GROUP - 1) !== index % GROUP) return [];
  const before = 6 * Math.floor(group / 3) + [0, 1, 3][group % 3];
  return Array.from({ length: 1 + (group % 3) }, (_, i) => ERROR_KINDS[(before + i) % ERROR_KINDS.length]);
}
