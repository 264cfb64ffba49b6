import { open, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SampleRow } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import type { Dataset } from '../../../main/engine/dataset/dataset.ts';
import { readGiven } from '../../../main/engine/dataset/labels.ts';
import { openDataset } from '../../../main/engine/dataset/open.ts';
import { readPlanes } from '../../../main/engine/inference/results/planes.ts';
import { openResults } from '../../../main/engine/inference/results/results.ts';
import { projectOf, type Project } from '../../../main/engine/project.ts';

/** A finished scan, and its labelled pictures of the size most of them have, in the order of the dataset. */
export interface Scanned {
  dataset: Dataset;
  project: Project;
  scan: string;
  samples: SampleRow[];
  heldOut: Map<string, boolean>;
}

export async function openScanned(data: string, folder: string, limit = Infinity): Promise<Scanned> {
  const dataset = await openDataset(data);
  const project = await projectOf(data, folder);
  const results = await openResults(project);
  if (results.scan === null) throw new Error(`Expected a scan in ${folder}, found none.`);
  const heldOut = new Map<string, boolean>();
  for (const one of results.all()) heldOut.set(one.sample, one.heldOut);
  const labelled = dataset.samples.filter(({ name, mask }) => mask !== null && heldOut.has(name));
  const bySize = Map.groupBy(labelled, ({ width, height }) => `${width}×${height}`);
  const [samples = []] = [...bySize.values()].sort((a, b) => b.length - a.length);
  return { dataset, project, scan: results.scan, samples: samples.slice(0, limit), heldOut };
}

/** What is stored of one picture, read as everything that measures a scan reads it. */
export async function readStored(
  { dataset, project, scan }: Scanned,
  sample: SampleRow,
): Promise<{ planes: Planes; given: Uint8Array }> {
  const [stored, { given }] = [await readPlanes(project, scan, sample.name), await readGiven(dataset, sample)];
  if (!stored) throw new Error(`Expected planes of ${sample.name} in scan ${scan}, found none.`);
  return { planes: stored.planes, given };
}

/**
 * Lays out label, confidence, p̄[given] and given label of every picture, one after the other, for peer.py. `folds`: which
 * network it takes for which sample, where it is to run them itself.
 */
export async function layOut(scanned: Scanned, folder: string, folds: Record<string, number>): Promise<void> {
  const { samples, dataset } = scanned;
  const [{ width, height }] = samples;
  const meta = {
    ...{ pictures: samples.length, classes: dataset.classMap.classes.length, width, height },
    images: samples.map(({ image }) => resolve(dataset.folder, image)),
    folds: samples.map(({ name }) => folds[name] ?? 0),
  };
  await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
  await using file = await open(join(folder, 'planes.u8'), 'w');
  for (const sample of samples) {
    const { planes, given } = await readStored(scanned, sample);
    await file.writev([planes.label, planes.confidence, planes.pGiven, given]);
  }
}
