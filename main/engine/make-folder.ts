import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A folder and those above it, where they are missing; resolves to the topmost it made, if any. Node's own `recursive` never
 * comes back from a place that says of a name that it is not there and cannot be made (`/proc`). Rejects as `mkdir` does.
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await makeOne(folder);
  } catch (error) {
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
    // The folder above may be there by now, made by others at the same instant; whatever fails after that is no race.
    const first = await makeFolder(above);
    const made = await makeOne(folder);
    return first ?? made;
  }
}

/** undefined: it is there already. */
async function makeOne(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await isFolder(folder))) return undefined;
    throw error;
  }
}

const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() ?? false;
