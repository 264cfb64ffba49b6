import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../make-folder.ts';

/** SHA-256 of a file, in hex; the file passes through in pieces. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const UNLINKABLE = ['EXDEV', 'EPERM', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EISDIR'];

/** Puts a picture into the export. A copy where a link cannot be made (another device, a file system without links); cheap where blocks can be shared. */
export async function putPicture(from: string, to: string, pictures: 'link' | 'copy'): Promise<void> {
  await makeFolder(dirname(to));
  const real = await realpath(from);
  if (pictures === 'link') {
    try {
      return await link(real, to);
    } catch (error) {
      if (!UNLINKABLE.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  await copyFile(real, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
}
