import { IGNORE, type ClassMap } from '../../../common/dataset.ts';
import type { Paint } from '../../../common/journal.ts';
import { paintRle } from '../../../common/rle.ts';
import { readGiven } from '../dataset/labels.ts';
import { InputError } from '../errors.ts';
import type { Workspace } from '../workspace.ts';

/**
 * A label map (row-major, width × height) with `paints` applied over it one after the other. `given` stays as it is;
 * `changed` counts the pixels that differ in the end. Throws RangeError on a paint of another size.
 */
export function replay<T extends Uint8Array | Uint16Array>(
  given: T,
  width: number,
  height: number,
  paints: readonly Paint[],
  valueOf: (label: Paint['label']) => number,
): { data: T; changed: number } {
  if (!paints.length) return { data: given, changed: 0 };
  const data = given.slice() as T;
  for (const { label, rle } of paints) paintRle(rle, data, width, height, valueOf(label));
  let changed = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== given[i]) changed++;
  return { data, changed };
}

/** Paint as class indexes: for everything inside Winnow. A class the dataset no longer has is IGNORE. */
export function indexOfLabel({ classes }: ClassMap): (label: Paint['label']) => number {
  const indexes = new Map(classes.map(({ id }, index) => [id, index]));
  return (label) => (label === null ? IGNORE : (indexes.get(label) ?? IGNORE));
}

/** The label map of a labelled picture with everything decided about it, as class indexes; throws where the mask cannot be read. */
export async function readCleaned({ dataset, journal }: Workspace, sample: string): Promise<Uint8Array> {
  const { given, width, height } = await readGivenOf(dataset, sample);
  return replay(given, width, height, journal.paintsOf(sample), indexOfLabel(dataset.classMap)).data;
}

/** The given label map as class indexes, with its size. Throws InputError for a picture without mask. */
export async function readGivenOf(dataset: Workspace['dataset'], sample: string) {
  const row = dataset.byName.get(sample);
  if (!row?.mask)
    throw new InputError(`Expected a labelled picture of ${dataset.name} by the name ${sample}, found none.`);
  const { mask, given } = await readGiven(dataset, row);
  return { given, width: mask.width, height: mask.height };
}
