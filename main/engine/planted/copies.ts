import { join, relative } from 'node:path';
import type { CaseKind } from '../../../common/case.ts';
import type { SampleRow } from '../../../common/dataset.ts';
import type { PlantSettings } from '../../../common/planted.ts';
import { writeAtomic } from '../atomic.ts';
import { readGiven } from '../dataset/labels.ts';
import { encodeMask, type MaskFile } from '../images.ts';
import { readCases } from '../inference/results/planes.ts';
import type { Results } from '../inference/results/results.ts';
import { readSource, statOf } from '../inference/source.ts';
import { throwIfCancelled, type Count, type Long } from '../long.ts';
import type { Workspace } from '../workspace.ts';
import type { Edit } from './edits.ts';
import { findObjects, groundOf } from './ground.ts';
import { Planting } from './planting.ts';
import { randomOf, type Random } from './random.ts';
import { Shapes } from './shapes.ts';
import { makeFolder } from '../make-folder.ts';

/** Pictures whose objects lend their shapes. */
const LENDERS = 64;
/** Errors of one picture at most: with more of them it would be a picture of another kind. */
const MOST = 4;

/** One planted error. */
export interface Planted {
  kind: CaseKind;
  /** see Edit */
  class: number;
  /** indexes of its pixels, ascending */
  pixels: Int32Array;
}

/** A picture of the dataset with a mask of its own. */
export interface Copy {
  /** as in the dataset, but for the mask */
  sample: SampleRow;
  errors: Planted[];
}

/**
 * Writes masks with planted errors into `folder`, one error a picture as long as there are pictures enough. Only pictures
 * scored by held-out members, unchanged since, are planted in; one whose files cannot be read is passed over. The same
 * settings, dataset and scan plant the same errors.
 */
export async function plantCopies(
  { dataset, project, results }: Workspace,
  scan: string,
  settings: PlantSettings,
  folder: string,
  { signal, onProgress }: Long<Count>,
): Promise<Copy[]> {
  const random = randomOf(settings.seed);
  const pictures = random.shuffled(heldOut(dataset.samples, results));
  const shapes = await lendShapes(dataset, pictures.slice(0, LENDERS), random, signal);
  const planting = new Planting(shapes, random);
  const copies: Copy[] = [];
  let left = settings.errors;
  await makeFolder(folder);
  for (const [n, sample] of pictures.entries()) {
    if (!left) break;
    throwIfCancelled(signal);
    const most = Math.min(left, MOST, Math.ceil(left / (pictures.length - n)));
    const found = await readLabels(dataset, sample);
    if (!found || !(await isUnchanged(dataset, sample, results, found.stat))) continue;
    const ground = groundOf(sample, found.given, await readCases(project, scan, sample.name));
    const edits = planting.plant(ground, most);
    if (!edits.length) continue;
    const file = join(folder, `${n}.png`);
    await writeAtomic(file, await encodeMask(withEdits(found.mask, edits, dataset.classMap.classes)), {
      durable: false,
    });
    const mask = relative(dataset.folder, file);
    copies.push({
      sample: { ...sample, mask },
      errors: edits.map(({ kind, class: one, pixels }) => ({ kind, class: one, pixels })),
    });
    left -= edits.length;
    onProgress?.({ done: 0, total: copies.length });
  }
  return copies;
}

function heldOut(samples: readonly SampleRow[], results: Workspace['results']): SampleRow[] {
  const names = new Set<string>();
  for (const { sample, labelled, heldOut } of results.all()) if (labelled && heldOut) names.add(sample);
  return samples.filter(({ name, mask }) => mask !== null && names.has(name));
}

async function lendShapes(
  dataset: Workspace['dataset'],
  lenders: readonly SampleRow[],
  random: Random,
  signal?: AbortSignal,
): Promise<Shapes> {
  const shapes = new Shapes();
  for (const sample of lenders) {
    throwIfCancelled(signal);
    const found = await readLabels(dataset, sample);
    if (!found) continue;
    const ground = groundOf(sample, found.given, []);
    for (const object of findObjects(ground)) shapes.add(ground, object, random);
  }
  return shapes;
}

/** As a scan asks it: by size and time, and by the bytes of files that were copied or touched. */
async function isUnchanged({ folder }: Workspace['dataset'], sample: SampleRow, results: Results, stat: string) {
  const known = results.source(sample.name);
  if (known?.stat === stat) return true;
  return known !== undefined && (await readSource(folder, sample)).hash === known.hash;
}

/** null where the mask cannot be read. */
async function readLabels(dataset: Workspace['dataset'], sample: SampleRow) {
  try {
    const stat = await statOf(dataset.folder, sample);
    return { stat, ...(await readGiven(dataset, sample)) };
  } catch {
    return null;
  }
}

/** The mask file as it is, but for the planted pixels; one that cannot hold the ids of all classes becomes grey of 16 bits. */
export function withEdits(mask: MaskFile, edits: readonly Edit[], classes: readonly { id: number }[]): MaskFile {
  const wide = classes.some(({ id }) => id > 255);
  const copy: MaskFile = wide
    ? { ...mask, bits: 16, palette: null, alpha: null, data: Uint16Array.from(mask.data) }
    : { ...mask, data: mask.data.slice() };
  for (const { pixels, labels } of edits) pixels.forEach((i, n) => (copy.data[i] = classes[labels[n]].id));
  return copy;
}
