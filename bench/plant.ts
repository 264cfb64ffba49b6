/**
 * Datasets with known errors, for bench/fit.ts: pictures of a dataset under their true masks with errors planted in them,
 * scanned:
 *
 *     node bench/plant.ts --data DATASET --truth TRUTH --models FILE|DIR… --out FOLDER [--draws 4]
 *
 * TRUTH holds masks/. Every draw is a folder of its own, 1, 2, …, of OUT: the labelled pictures (linked), masks/, truth/
 * (linked) and project/ with a scan by the held-out members, flips included. Three pictures in five hold one to three errors.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SampleRow } from '../common/dataset.ts';
import { NAMED_TTA, PLAIN } from '../common/ensemble.ts';
import type { ScanSettings } from '../common/scan.ts';
import { labelTable, toIndexes } from '../main/engine/dataset/labels.ts';
import { openDataset } from '../main/engine/dataset/open.ts';
import { encodeMask, readMask } from '../main/engine/images.ts';
import { openResults } from '../main/engine/inference/results/results.ts';
import { scanDataset } from '../main/engine/inference/scan.ts';
import { withEdits } from '../main/engine/planted/copies.ts';
import { findObjects, groundOf } from '../main/engine/planted/ground.ts';
import { Planting } from '../main/engine/planted/planting.ts';
import { randomOf } from '../main/engine/planted/random.ts';
import { Shapes } from '../main/engine/planted/shapes.ts';
import { projectOf } from '../main/engine/project.ts';
import { workerFile } from '../main/program.ts';

/** Share of pictures with errors, and how many one of them has at most. */
const SHARE = 0.6;
const MOST = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    truth: { type: 'string' },
    models: { type: 'string', multiple: true },
    out: { type: 'string' },
    draws: { type: 'string', default: '4' },
  },
});
const { data, truth, models, out } = values;
if (!data || !truth || !models || !out)
  throw new Error('Expected --data DATASET --truth TRUTH --models FILE|DIR… --out FOLDER.');
const files = [...models, ...positionals].map((file) => resolve(file));

const dataset = await openDataset(data);
const { classes } = dataset.classMap;
const table = labelTable(dataset.classMap);
const labelled = dataset.samples.filter((sample) => sample.mask !== null);

for (let draw = 1; draw <= Number(values.draws); draw++) {
  const folder = resolve(out, String(draw));
  if (!existsSync(folder)) await plant(folder, draw);
  const planted = await openDataset(folder);
  const project = await projectOf(folder, join(folder, 'project'));
  const results = await openResults(project);
  const settings: ScanSettings = {
    ...{ ...PLAIN, models: files, folds: null, tta: NAMED_TTA.hflip },
    ...{ device: 'cpu', processes: availableParallelism() },
  };
  const { scanned } = await scanDataset(planted, project, settings, { results, workerFile });
  console.log(`${folder}: ${scanned} pictures scanned`);
}
process.exit(0);

async function plant(folder: string, seed: number): Promise<void> {
  const random = randomOf(seed);
  const pictures = random.shuffled(labelled);
  const shapes = new Shapes();
  for (const sample of pictures.slice(0, 64)) {
    const ground = groundOf(sample, toIndexes(await trueMask(sample), table), []);
    for (const object of findObjects(ground)) shapes.add(ground, object, random);
  }
  const planting = new Planting(shapes, random);
  for (const name of ['images', 'masks', 'truth']) await mkdir(join(folder, name), { recursive: true });
  await symlink(join(resolve(truth ?? ''), 'masks'), join(folder, 'truth', 'masks'));
  for (const [n, sample] of pictures.entries()) {
    const mask = await trueMask(sample);
    const most = n < SHARE * pictures.length ? 1 + random.below(MOST) : 0;
    const edits = planting.plant(groundOf(sample, toIndexes(mask, table), []), most);
    await symlink(join(resolve(dataset.folder), sample.image), join(folder, 'images', basename(sample.image)));
    const name = basename(sample.mask ?? '');
    await writeFile(join(folder, 'masks', name), await encodeMask(withEdits(mask, edits, classes)));
  }
  for (const name of await readdir(dataset.folder))
    if (name.endsWith('.json')) await copyFile(join(dataset.folder, name), join(folder, name));
}

async function trueMask({ mask }: SampleRow) {
  return readMask(join(truth ?? '', 'masks', basename(mask ?? '')));
}
