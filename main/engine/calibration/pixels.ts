import { basename } from 'node:path';
import { inHashOrder } from '../hash-order.ts';
import { probabilitiesFile, readProbabilities } from '../inference/results/probabilities.ts';
import { listPlanes } from '../inference/results/planes.ts';
import { inParallel, type Count, type Long } from '../long.ts';
import type { Workspace } from '../workspace.ts';

/** Labelled pixels of one picture and the whole distribution that held-out members give them. */
export interface LabelledPixels {
  sample: string;
  channels: number;
  /** [pixel][channel]: log p̄ less that of the likeliest channel, so that the greatest is 0 */
  log: Float32Array;
  /** indexes of pixels row by row, ascending */
  places: Uint32Array;
  /** class indexes */
  given: Uint8Array;
  /** 1 near an outline of the given label */
  border: Uint8Array;
}

const READERS = 8;

/** Every held-out picture of which the current scan kept a sample, in an order that has nothing to do with how it was found. */
export async function readPixels(
  { project, results }: Pick<Workspace, 'project' | 'results'>,
  { signal, onProgress }: Long<Count> = {},
): Promise<LabelledPixels[]> {
  const { scan } = results;
  if (scan === null) return [];
  const there = await listPlanes(project, scan);
  const names: string[] = [];
  for (const { sample, labelled, heldOut } of results.all())
    if (labelled && heldOut && there.has(basename(probabilitiesFile(project, scan, sample)))) names.push(sample);
  const pictures: LabelledPixels[] = [];
  let done = 0;
  const read = async (sample: string) => {
    const kept = await readProbabilities(project, scan, sample);
    if (kept) pictures.push({ ...kept, sample, log: fromGreatest(kept.log, kept.channels) });
    onProgress?.({ done: ++done, total: names.length });
  };
  await inParallel(names, READERS, read, signal);
  // Frames of a film are neighbours by name, so that halves by name would see the same scenes.
  return inHashOrder(pictures, ({ sample }) => sample);
}

export function fromGreatest(log: ArrayLike<number>, channels: number): Float32Array {
  const shifted = Float32Array.from(log);
  for (let at = 0; at < shifted.length; at += channels) {
    let greatest = -Infinity;
    for (let k = 0; k < channels; k++) greatest = Math.max(greatest, shifted[at + k]);
    for (let k = 0; k < channels; k++) shifted[at + k] -= greatest;
  }
  return shifted;
}
