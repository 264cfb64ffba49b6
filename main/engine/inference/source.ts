import { createHash } from 'node:crypto';
import { readFileSync, statSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SampleRow } from '../../../common/dataset.ts';
import { toIndexes } from '../dataset/labels.ts';
import { readMask, readPicture } from '../images.ts';
import { giveBack } from './memory.ts';

/** Size and time of change of picture and mask: as long as this stays, they need not be read to know them unchanged. */
export async function statOf(folder: string, sample: Pick<SampleRow, 'image' | 'mask'>): Promise<string> {
  const parts = filesOf(folder, sample).map(async (file) => (file === null ? null : stat(file)));
  return statText(await Promise.all(parts));
}

const filesOf = (folder: string, { image, mask }: Pick<SampleRow, 'image' | 'mask'>): [string, string | null] => [
  resolve(folder, image),
  mask === null ? null : resolve(folder, mask),
];

const statText = (stats: readonly (Stats | null)[]): string =>
  stats.map((found) => (found ? `${found.size}@${found.mtimeMs}` : 'none')).join(' ');

/** The files of one sample as read, once. */
export interface Source {
  stat: string;
  /** of the bytes of picture and mask */
  hash: string;
  picture: Uint8Array;
  mask: Uint8Array | null;
}

export async function readSource(folder: string, sample: SampleRow): Promise<Source> {
  // Before the bytes: a file that changes in between is then seen as changed, never the other way round.
  const when = await statOf(folder, sample);
  const [image, mask] = filesOf(folder, sample);
  return toSource(when, ...(await Promise.all([readFile(image), mask === null ? null : readFile(mask)])));
}

/** The same at once, see disk.ts. */
export function readSourceNow(folder: string, sample: SampleRow): Source {
  const [image, mask] = filesOf(folder, sample);
  const when = statText([statSync(image), mask === null ? null : statSync(mask)]);
  return toSource(when, readFileSync(image), mask === null ? null : readFileSync(mask));
}

function toSource(when: string, picture: Uint8Array, mask: Uint8Array | null): Source {
  const hash = createHash('sha256').update(picture);
  if (mask) hash.update(`mask ${mask.length}`).update(mask);
  return { stat: when, hash: hash.digest('hex').slice(0, 32), picture, mask };
}

export interface Pixels {
  width: number;
  height: number;
  /** RGB, width × height × 3 */
  rgb: Uint8Array;
  /** class indexes and IGNORE, width × height; null: unlabelled */
  given: Uint8Array | null;
}

/** Throws Error, one sentence, where a file cannot be decoded or the two do not fit. `table`: see labelTable. */
export async function decodeSource(source: Source, table: Uint8Array): Promise<Pixels> {
  const [picture, mask] = await Promise.all([
    readPicture(source.picture),
    source.mask ? readMask(source.mask).catch(inMask) : null,
  ]);
  const { width, height, data: rgb } = picture;
  if (mask && (mask.width !== width || mask.height !== height))
    throw new Error(`Expected a mask of ${width}×${height} pixels, found ${mask.width}×${mask.height}.`);
  const given = mask && toIndexes(mask, table);
  if (mask) giveBack(mask.data);
  return { width, height, rgb, given };
}

function inMask(error: unknown): never {
  throw new Error(`Mask: ${error instanceof Error ? error.message : String(error)}`);
}
