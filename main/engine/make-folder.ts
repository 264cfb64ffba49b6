import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A folder and those above it, where they are missing; resolves to the topmost it made, if any. Node's own `recursive` never
 * comes back from a place that says of a name that it is not there and cannot be made (`/proc`). Rejects as `mkdir` does.
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(folder))) return undefined;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder) throw error;
    const first = await makeFolder(above);
    // Once more and not again: others may have made the folder above meanwhile, or this one.
    const made = await mkdir(folder).then(
      () => folder,
      async (second: NodeJS.ErrnoException) => {
        if (second.code === 'EEXIST' && (await isFolder(folder))) return undefined;
        throw second;
      },
    );
    return first ?? made;
  }
}

const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() ?? false;
