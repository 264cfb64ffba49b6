import type { SampleRow } from '../../../common/dataset.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { listFiles, MASKS } from '../dataset/folder.ts';
import { bySameName } from '../dataset/same-name.ts';
import { InputError, messageOf } from '../errors.ts';

/**
 * Reference masks by sample: of the same path below its folder as the picture, or of the sample's name where that is
 * unique among the references. `file` is relative to `masksDir`. Throws InputError where that is no folder.
 */
export async function findReferences(
  dataset: Dataset,
  masksDir: string,
): Promise<{ sample: SampleRow; file: string }[]> {
  const { found } = await listFiles(masksDir, '.', MASKS).catch((error: unknown) => {
    throw new InputError(`Expected a folder of reference masks at ${masksDir}, found ${messageOf(error)}.`);
  });
  const byPath = new Map<string, string>();
  const byName = new Map<string, string | null>();
  for (const listed of found) {
    const file = listed.replace(/^\.\//, '');
    const path = file.replace(/\.[^./]+$/, '');
    const name = path.slice(path.lastIndexOf('/') + 1);
    byPath.set(path, file);
    byName.set(name, byName.has(name) ? null : file);
  }
  const [pathOf, nameOf] = [bySameName(byPath), bySameName(byName)];
  return dataset.samples.flatMap((sample) => {
    const path = sample.image.slice(sample.image.indexOf('/') + 1).replace(/\.[^./]+$/, '');
    const file = pathOf(path) ?? pathOf(sample.name) ?? nameOf(sample.name);
    return file ? { sample, file } : [];
  });
}
