/**
 * Datasets with known errors, for bench/fit.ts: pictures of a dataset under their true masks with errors planted in them,
 * scanned:
 *
 *     node bench/plant.ts --data DATASET --truth TRUTH --models FILE… --out FOLDER [--draws 4] [--merge CLASSES]
 *
 * TRUTH holds masks/. Every draw is a folder of its own, 1, 2, …, of OUT: the labelled pictures (linked), masks/, truth/ and
 * project/ with a scan by the held-out members, flips included. Three pictures in five hold one to three errors. --merge
 * "thing=car,person;ground=road,path" tells classes apart no longer, as another task on the same pictures would; there OUT
 * also holds a draw 0, the masks as they were given.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { IGNORE, type SampleRow } from '../common/dataset.ts';
import { NAMED_TTA, PLAIN } from '../common/ensemble.ts';
import type { ScanSettings } from '../common/scan.ts';
import { labelTable, toIndexes } from '../main/engine/dataset/labels.ts';
import { openDataset } from '../main/engine/dataset/open.ts';
import { encodeMask, readMask } from '../main/engine/images.ts';
import { openResults } from '../main/engine/inference/results/results.ts';
import { scanDataset } from '../main/engine/inference/scan.ts';
import { findObjects, groundOf } from '../main/engine/planted/ground.ts';
import { Planting } from '../main/engine/planted/planting.ts';
import { randomOf } from '../main/engine/planted/random.ts';
import { Shapes } from '../main/engine/planted/shapes.ts';
import { projectOf } from '../main/engine/project.ts';
import { workerFile } from '../main/program.ts';
import { mergedClasses } from './quality/merged-classes.ts';

/** Share of pictures with errors, and how many one of them has at most. */
const SHARE = 0.6;
const MOST = 3;
/** Pictures whose objects lend their shapes. */
const LENDERS = 64;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    truth: { type: 'string' },
    models: { type: 'string', multiple: true },
    out: { type: 'string' },
    draws: { type: 'string', default: '4' },
    merge: { type: 'string' },
  },
});
if (!values.data || !values.truth || !values.models || !values.out)
  throw new Error('Expected --data DATASET --truth TRUTH --models FILE… --out FOLDER.');
const truth = resolve(values.truth, 'masks');
const models = [...values.models, ...positionals].map((file) => resolve(file));

const dataset = await openDataset(values.data);
const table = labelTable(dataset.classMap);
const labelled = dataset.samples.filter((sample) => sample.mask !== null);
const { names, to } = mergedClasses(dataset.classMap.classes.map(({ name }) => name), values.merge ?? ''); // prettier-ignore

for (let draw = values.merge ? 0 : 1; draw <= Number(values.draws); draw++) {
  const folder = resolve(values.out, String(draw));
  if (!existsSync(folder)) await make(folder, draw);
  const project = await projectOf(folder, join(folder, 'project'));
  const settings: ScanSettings = {
    ...{ ...PLAIN, models, folds: null, inFold: 0, tta: NAMED_TTA.hflip },
    ...{ members: models.map((file) => ({ file, classMap: to })), device: 'cpu', processes: availableParallelism() },
  };
  const results = await openResults(project);
  const { scanned } = await scanDataset(await openDataset(folder), project, settings, { results, workerFile });
  console.log(`${folder}: ${scanned} pictures scanned`);
}
process.exit(0);

async function make(folder: string, draw: number): Promise<void> {
  const random = randomOf(draw);
  const pictures = random.shuffled(labelled);
  const shapes = new Shapes();
  for (const sample of pictures.slice(0, LENDERS)) {
    const ground = groundOf(sample, await labelsOf(truth, sample), []);
    for (const object of findObjects(ground)) shapes.add(ground, object, random);
  }
  const planting = new Planting(shapes, random);
  for (const name of ['images', 'masks', 'truth/masks']) await mkdir(join(folder, name), { recursive: true });
  for (const [n, sample] of pictures.entries()) {
    const right = await labelsOf(truth, sample);
    const given = draw ? right.slice() : await labelsOf(dataset.folder, sample);
    const most = draw && n < SHARE * pictures.length ? 1 + random.below(MOST) : 0;
    for (const { pixels, labels } of planting.plant(groundOf(sample, right, []), most))
      pixels.forEach((i, p) => (given[i] = labels[p]));
    await symlink(resolve(dataset.folder, sample.image), join(folder, 'images', basename(sample.image)));
    await write(join(folder, 'masks'), sample, given);
    await write(join(folder, 'truth', 'masks'), sample, right);
  }
  await writeFile(join(folder, 'classes.json'), JSON.stringify({ classes: names, ignore: IGNORE }));
  const folds = join(dataset.folder, 'folds.json');
  if (existsSync(folds)) await copyFile(folds, join(folder, 'folds.json'));
}

/** Class indexes after the merge, or IGNORE. */
async function labelsOf(masks: string, { mask }: SampleRow): Promise<Uint8Array> {
  const file = masks === truth ? join(masks, basename(mask ?? '')) : join(masks, mask ?? '');
  return toIndexes(await readMask(file), table).map((label) => (label === IGNORE ? IGNORE : to[label]));
}

async function write(masks: string, { mask, width, height }: SampleRow, data: Uint8Array): Promise<void> {
  const file = join(masks, basename(mask ?? ''));
  await writeFile(file, await encodeMask({ width, height, bits: 8, palette: null, alpha: null, data }));
}
