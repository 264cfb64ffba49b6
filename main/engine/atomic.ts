import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a whole file so that a reader, or a start after a crash, finds either the old content or the new, never a part:
 * the bytes go to a neighbour and are forced to disk before the neighbour takes the name. With `durable` the folder is
 * forced to disk as well, so the new name itself survives a power cut.
 */
export async function writeAtomic(file: string, data: string | Uint8Array, { durable = true } = {}): Promise<void> {
  const neighbour = neighbourOf(file);
  try {
    const handle = await open(neighbour, 'wx');
    try {
      await handle.writeFile(data);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(neighbour, file);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
  if (durable) await syncFolder(dirname(file));
}

/** The same at once, nothing forced to disk. */
export function writeAtomicNow(file: string, data: Uint8Array): void {
  const neighbour = neighbourOf(file);
  try {
    writeFileSync(neighbour, data, { flag: 'wx' });
    renameSync(neighbour, file);
  } catch (error) {
    rmSync(neighbour, { force: true });
    throw error;
  }
}

const neighbourOf = (file: string) => `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;

/** Forces the names in a folder to disk. Windows has no handle for a folder; its rename is journalled by the file system. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
