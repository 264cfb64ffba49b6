import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompressSync, zstdDecompress, zstdDecompressSync, type ZstdOptions } from 'node:zlib';
import type { CaseDetail } from '../../../../common/case.ts';
import { splitPlanes, type Planes } from '../../../../common/planes.ts';
import { writeAtomic, writeAtomicNow } from '../../atomic.ts';
import type { Project } from '../../project.ts';
import { giveBack } from '../memory.ts';
import { makeFolder } from '../../make-folder.ts';

/**
 * One file a picture: the magic, the length of the header (uint32, little endian), the header as JSON, and the four
 * planes one after the other as one zstd frame, which is how they travel to a window.
 */
const MAGIC = Buffer.from('WINNOWP1', 'latin1');
const FIXED = MAGIC.length + 4;

export interface Header {
  sample: string;
  width: number;
  height: number;
  cases: CaseDetail[];
}

export interface StoredPlanes {
  planes: Planes;
  /** worst first */
  cases: CaseDetail[];
  /** zstd frame of the four planes in the order of PLANES */
  stored: Uint8Array;
}

const decompress = promisify(zstdDecompress);
/** Bytes of planes up to which unpacking takes less time than having it done on another thread and hearing of it. */
const SMALL = 1 << 22;

/** Hashed, because a sample's name may hold slashes and be longer than a file name may be. */
export function planesFile(project: Pick<Project, 'cache'>, scan: string, sample: string): string {
  const name = createHash('sha256').update(sample).digest('hex').slice(0, 32);
  return join(project.cache, scan, name.slice(0, 2), `${name}.planes`);
}

/** The content of a planes file. `bytes`: the four planes one after the other, 4 × width × height. */
export function packPlanes(bytes: Uint8Array, header: Header): Uint8Array {
  const frame = zstdCompressSync(bytes, FAST);
  const head = Buffer.from(JSON.stringify(header));
  const fixed = Buffer.alloc(FIXED);
  MAGIC.copy(fixed);
  fixed.writeUInt32LE(head.length, MAGIC.length);
  const packed = Buffer.concat([fixed, head, frame]);
  giveBack(frame);
  return packed;
}

/**
 * Level −7 takes two fifths less time than level 1, which is some of the time a small network takes, for a quarter more bytes; one
 * output block holds what becomes of the usual picture.
 */
const FAST: ZstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: -7 }, chunkSize: 1 << 18 };

/** Not forced to disk: a cache can be made again. */
export async function writePlanes(file: string, packed: Uint8Array): Promise<void> {
  try {
    await writeAtomic(file, packed, { durable: false });
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(dirname(file));
    await writeAtomic(file, packed, { durable: false });
  }
}

/** The same at once, see disk.ts. */
export function writePlanesNow(file: string, packed: Uint8Array): void {
  try {
    writeAtomicNow(file, packed);
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(dirname(file), { recursive: true });
    writeAtomicNow(file, packed);
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Names of all planes files of a scan, without folder, to be asked before pictures are taken for done. */
export async function listPlanes(project: Pick<Project, 'cache'>, scan: string): Promise<Set<string>> {
  const names = await readdir(join(project.cache, scan), { recursive: true }).catch((): string[] => []);
  return new Set(names.map((name) => basename(name)));
}

/** What scan `scan` knows of the pixels of one picture; null where the cache has nothing usable. */
export async function readPlanes(project: Project, scan: string, sample: string): Promise<StoredPlanes | null> {
  const found = await readHeaderOf(planesFile(project, scan, sample));
  if (!found) return null;
  const { header, stored } = found;
  try {
    const { width, height, cases } = header;
    return { planes: splitPlanes(await unpack(stored, 4 * width * height), width, height), cases, stored };
  } catch {
    return null;
  }
}

async function unpack(frame: Uint8Array, size: number): Promise<Uint8Array> {
  // One output block for the usual picture: a block of the usual 16 kB is a trip to the other thread each.
  const options = { chunkSize: Math.max(64, Math.min(size + 64, 1 << 24)) };
  const { buffer, byteOffset, length } =
    size <= SMALL ? zstdDecompressSync(frame, options) : await decompress(frame, options);
  return new Uint8Array(buffer, byteOffset, length);
}

/** The planes as they travel, without unpacking them. */
export async function readStored(project: Project, scan: string, sample: string): Promise<Uint8Array | null> {
  return (await readHeaderOf(planesFile(project, scan, sample)))?.stored ?? null;
}

/** The cases of one picture with their masks, worst first, without touching the planes. */
export async function readCases(project: Project, scan: string, sample: string): Promise<CaseDetail[]> {
  return (await readHeaderOf(planesFile(project, scan, sample)))?.header.cases ?? [];
}

async function readHeaderOf(file: string): Promise<{ header: Header; stored: Uint8Array } | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return null;
  }
  if (bytes.length < FIXED || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const end = FIXED + bytes.readUInt32LE(MAGIC.length);
  if (bytes.length < end) return null;
  try {
    const header = JSON.parse(bytes.toString('utf8', FIXED, end)) as Header;
    // Files of earlier versions do not have them.
    for (const one of header.cases) one.passes ??= null;
    return { header, stored: bytes.subarray(end) };
  } catch {
    return null;
  }
}
