import { join } from 'node:path';
import { IGNORE, type ClassMap, type SampleRow } from '../../../common/dataset.ts';
import { readMask, type MaskFile } from '../images.ts';
import type { Dataset } from './dataset.ts';

/** Mask value (0..65535) → class index; IGNORE for the ignore value and for values no class has. */
export function labelTable(classMap: ClassMap): Uint8Array {
  const table = new Uint8Array(65536).fill(IGNORE);
  classMap.classes.forEach((one, index) => (table[one.id] = index));
  return table;
}

/** One class index a pixel. */
export function toIndexes({ data }: Pick<MaskFile, 'data'>, table: Uint8Array): Uint8Array {
  const indexes = new Uint8Array(data.length);
  for (let i = data instanceof Uint8Array ? mapFours(data, table, indexes) : 0; i < data.length; i++)
    indexes[i] = table[data[i]];
  return indexes;
}

/** Maps as many whole fours of bytes as there are, and returns how many bytes that were; 0 where they lie across the grain of memory. */
function mapFours(data: Uint8Array, table: Uint8Array, indexes: Uint8Array): number {
  if (data.byteOffset % 4) return 0;
  const from = new Int32Array(data.buffer, data.byteOffset, data.length >> 2);
  const to = new Int32Array(indexes.buffer, indexes.byteOffset, from.length);
  let [before, mapped] = [0, mapFour(0, table)];
  for (let n = 0; n < from.length; n++) {
    const four = from[n];
    // Labels come in runs, so most fours are the same as the one before.
    if (four !== before) {
      before = four;
      mapped = mapFour(four, table);
    }
    to[n] = mapped;
  }
  return 4 * from.length;
}

const mapFour = (four: number, table: Uint8Array): number =>
  table[four & 255] | (table[(four >> 8) & 255] << 8) | (table[(four >> 16) & 255] << 16) | (table[four >>> 24] << 24);

/** The mask value to write where a pixel has no label: the declared one, else 255, else the next no class has. */
export function ignoreValue({ classes, ignore }: ClassMap): number {
  if (ignore !== null) return ignore;
  const taken = new Set(classes.map((one) => one.id));
  let value = 255;
  while (taken.has(value)) value++;
  return value;
}

const tables = new WeakMap<ClassMap, Uint8Array>();

/** Decodes the given mask of a labelled sample. Throws Error, one sentence, where it cannot be used with its picture. */
export async function readGiven(
  dataset: Pick<Dataset, 'folder' | 'classMap'>,
  sample: SampleRow,
): Promise<{ mask: MaskFile; given: Uint8Array }> {
  if (sample.mask === null) throw new Error(`Expected a mask for ${sample.name}, found an unlabelled picture.`);
  const mask = await readMask(join(dataset.folder, sample.mask));
  if (mask.width !== sample.width || mask.height !== sample.height)
    throw new Error(
      `Expected ${sample.width}×${sample.height} pixels as in ${sample.image}, found ${mask.width}×${mask.height}.`,
    );
  const table = tables.get(dataset.classMap) ?? labelTable(dataset.classMap);
  tables.set(dataset.classMap, table);
  return { mask, given: toIndexes(mask, table) };
}
