/// <reference lib="es2025.float16" />
import { readFile } from 'node:fs/promises';
import type { Project } from '../../project.ts';
import { nearOutline } from '../places.ts';
import type { Pixels } from '../source.ts';
import { planesFile } from './planes.ts';

/**
 * What planes do not hold: the whole distribution, at some places of some pictures, in a file beside the planes. The magic;
 * how many places and channels (uint32, little endian); places, labels, borders and log p̄, one after the other.
 */
const MAGIC = Buffer.from('WINNOWQ1', 'latin1');
const FIXED = MAGIC.length + 8;

export interface Probabilities {
  /** log p̄ of the classes, and of all else where members say more than the dataset has */
  channels: number;
  /** indexes of pixels row by row, ascending */
  places: Uint32Array;
  /** class indexes they were labelled with when they were scanned */
  given: Uint8Array;
  /** 1 near an outline of the labels, 0 inside, see nearOutline */
  border: Uint8Array;
  /** [place][channel], before any temperature, at least −69; as float16, which is off by less than 1/2048 of it */
  log: Float16Array;
}

export const probabilitiesFile = (project: Pick<Project, 'cache'>, scan: string, sample: string): string =>
  planesFile(project, scan, sample).replace(/\.planes$/, '.probabilities');

export function packProbabilities({ channels, places, given, border, log }: Probabilities): Uint8Array {
  const fixed = Buffer.alloc(FIXED);
  MAGIC.copy(fixed);
  fixed.writeUInt32LE(places.length, MAGIC.length);
  fixed.writeUInt32LE(channels, MAGIC.length + 4);
  return Buffer.concat([fixed, bytesOf(places), given, border, bytesOf(log)]);
}

/**
 * What a run gave at `places` of a labelled picture, `log` as float32, as the content of a file. Places without a label, or
 * with one that no member can say, are left out; null where no other is left. `said`: class indexes members can say.
 */
export function packSampled(
  all: Uint32Array,
  log: Float32Array,
  { given, width, height }: Pick<Pixels, 'given' | 'width' | 'height'>,
  said: ReadonlySet<number | null>,
): Uint8Array | null {
  if (!given) return null;
  const usable = Uint8Array.from({ length: 256 }, (_, label) => (said.has(label) ? 1 : 0));
  const channels = log.length / all.length;
  const [places, labels, half] = [new Uint32Array(all.length), new Uint8Array(all.length), new Float16Array(log)];
  let count = 0;
  for (let i = 0; i < all.length; i++) {
    const label = given[all[i]];
    if (!usable[label]) continue;
    if (count < i) half.copyWithin(count * channels, i * channels, (i + 1) * channels);
    places[count] = all[i];
    labels[count++] = label;
  }
  if (!count) return null;
  const kept = places.subarray(0, count);
  const border = nearOutline(kept, given, width, height);
  return packProbabilities({
    ...{ channels, places: kept, given: labels.subarray(0, count), border },
    log: half.subarray(0, count * channels),
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float16Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Null where there is no such file, or it is no whole one. */
export async function readProbabilities(
  project: Pick<Project, 'cache'>,
  scan: string,
  sample: string,
): Promise<Probabilities | null> {
  const bytes = await readFile(probabilitiesFile(project, scan, sample)).catch(() => null);
  if (!bytes || bytes.length < FIXED || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const [count, channels] = [bytes.readUInt32LE(MAGIC.length), bytes.readUInt32LE(MAGIC.length + 4)];
  if (bytes.length !== FIXED + count * (4 + 1 + 1 + 2 * channels)) return null;
  // Copied, because an array of numbers begins at a multiple of their size only.
  const part = (from: number, length: number) => Uint8Array.from(bytes.subarray(from, from + length));
  return {
    channels,
    places: new Uint32Array(part(FIXED, 4 * count).buffer),
    given: part(FIXED + 4 * count, count),
    border: part(FIXED + 5 * count, count),
    log: new Float16Array(part(FIXED + 6 * count, 2 * count * channels).buffer),
  };
}
