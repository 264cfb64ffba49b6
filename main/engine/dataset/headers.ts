import { close, open, read, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { writeAtomic } from '../atomic.ts';
import { messageOf } from '../errors.ts';
import { readHeader } from '../images.ts';
import type { Header, PictureFormat } from '../images/header.ts';
import { inParallel, throwIfCancelled, type Count, type Long } from '../long.ts';
import { makeFolder } from '../make-folder.ts';

/** Header of a file, or why it has none. */
export type HeaderOrProblem = Header | { problem: string };
export type Headers = Map<string, HeaderOrProblem>;

/** Bytes and mtime in ms say whether the rest still holds. */
type Row = [bytes: number, mtime: number, format: PictureFormat, width: number, height: number, indexed: 0 | 1];

/** Enough to keep a slow disk's queue full. */
const LANES = 32;

/** Milliseconds this thread stays with the disk before others get their turn. */
const SLICE = 8;

/** Fewer files are read about as fast as the cache is, and then looking at a dataset leaves no trace. */
export const WORTH_CACHING = 1000;

/**
 * Reads the headers of `files` (relative to `folder`). With a `cacheFile`, files unchanged in size and time since it was
 * written are not opened again; where it cannot be written, the next time is slower and that is all.
 */
export async function readHeaders(
  folder: string,
  files: string[],
  { cacheFile, signal, onProgress }: Long<Count> & { cacheFile?: string },
): Promise<Headers> {
  const known = cacheFile ? await readCache(cacheFile) : new Map<string, Row>();
  const rows = new Map<string, Row>();
  const headers: Headers = new Map();
  let [done, fresh] = [0, 0];
  const tell = () => onProgress?.({ done, total: files.length });
  const readOne = async (file: string) => {
    try {
      const path = join(folder, file);
      const { size, mtimeMs } = statSync(path);
      let row = known.get(file);
      if (row?.[0] !== size || row[1] !== mtimeMs) {
        const { format, width, height, indexed } = await readHeader(path);
        row = [size, mtimeMs, format, width, height, indexed ? 1 : 0];
        fresh++;
      }
      rows.set(file, row);
      headers.set(file, { format: row[2], width: row[3], height: row[4], indexed: row[5] === 1 });
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      headers.set(file, { problem: missing ? 'Expected a readable file, found none.' : messageOf(error) });
    }
    if (++done % 500 === 0) tell();
  };
  await inSlices(folder, files, readOne, signal);
  tell();
  if (cacheFile && files.length >= WORTH_CACHING && (fresh || rows.size !== known.size))
    await writeCache(cacheFile, rows);
  return headers;
}

/**
 * One file after the other, as long as the system holds them in memory; where that turns out slow, the next ones are
 * first fetched from the disk side by side.
 */
async function inSlices(
  folder: string,
  files: string[],
  work: (file: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (let at = 0; at < files.length;) {
    throwIfCancelled(signal);
    const [first, start] = [at, performance.now()];
    while (at < files.length && performance.now() - start < SLICE) await work(files[at++]);
    await setImmediate();
    if (at - first >= 20) continue;
    const batch = files.slice(at, (at += 200));
    const fetchAndWork = (file: string) => fetchStart(join(folder, file)).then(() => work(file));
    await inParallel(batch, LANES, fetchAndWork, signal);
  }
}

/** Brings the first bytes of a file into memory; what goes wrong shows when it is read. */
async function fetchStart(path: string): Promise<void> {
  try {
    const descriptor = await openFile(path, 'r');
    await readFrom(descriptor, Buffer.allocUnsafe(4096), 0, 4096, 0).finally(() => closeFile(descriptor));
  } catch {
    return;
  }
}

// The handles of fs/promises cost four times as much.
const [openFile, readFrom, closeFile] = [promisify(open), promisify(read), promisify(close)];

async function readCache(cacheFile: string): Promise<Map<string, Row>> {
  try {
    const { version, files } = JSON.parse(await readFile(cacheFile, 'utf8')) as {
      version: 1;
      files: [string, ...Row][];
    };
    if (version !== 1) return new Map();
    return new Map(files.map(([file, ...row]) => [file, row]));
  } catch {
    return new Map();
  }
}

async function writeCache(cacheFile: string, rows: Map<string, Row>): Promise<void> {
  const lines = Array.from(rows, ([file, row]) => JSON.stringify([file, ...row]));
  try {
    await makeFolder(dirname(cacheFile));
    await writeAtomic(cacheFile, `{"version":1,"files":[\n${lines.join(',\n')}\n]}\n`, { durable: false });
  } catch {
    // A disk that cannot be written to is no reason not to look at it.
  }
}
