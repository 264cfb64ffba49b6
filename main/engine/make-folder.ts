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
    if (code !== 'ENOENT' || above === folder || (await isFolder(above))) throw error;
    const first = await makeFolder(above);
    const made = await makeFolder(folder);
    return first ?? made;
  }
}

const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() ?? false;
