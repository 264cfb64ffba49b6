import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { FolderListing } from '../../common/api.ts';
import { isDataset } from './dataset/folder.ts';
import { InputError } from './errors.ts';

/** Folders and ONNX files in `path` (null: the home folder), for hosts without a native picker. Hidden ones are left out. */
export async function browse(path: string | null): Promise<FolderListing> {
  const place = resolve(path ?? homedir());
  const entries = await readdir(place, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`Expected a folder to look into at ${place}, found: ${error.code ?? error.message}.`);
  });
  const byName = new Intl.Collator(undefined, { numeric: true });
  const seen = await Promise.all(
    entries
      .filter((entry) => !entry.name.startsWith('.'))
      .map(async (entry) => {
        const full = join(place, entry.name);
        const folder = entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(full)));
        return { name: entry.name, path: full, folder };
      }),
  );
  seen.sort((a, b) => byName.compare(a.name, b.name));
  const folders = seen.filter((entry) => entry.folder);
  return {
    path: place,
    parent: dirname(place) === place ? null : dirname(place),
    folders: await Promise.all(
      folders.map(async ({ name, path: full }) => ({
        name,
        path: full,
        dataset: await isDataset(full),
      })),
    ),
    models: seen.filter((entry) => !entry.folder && /\.onnx$/i.test(entry.name)).map((entry) => entry.path),
  };
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
