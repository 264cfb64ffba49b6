import { open, type FileHandle } from 'node:fs/promises';

const CHUNK = 1 << 20;
const NEWLINE = 10;

/** A piece of a file of lines. */
export interface Piece {
  /** byte it starts at */
  at: number;
  /** byte after it, and after its newline if it has one */
  end: number;
  text: string;
  /** false: the file ends without a newline after it */
  ended: boolean;
}

/** Whole lines, and at last what follows them, from byte `start` up to byte `end`; memory for a chunk and the longest line. */
export async function* piecesOf(handle: FileHandle, start: number, end: number): AsyncGenerator<Piece> {
  let parts: Buffer[] = [];
  let at = start;
  for (let position = start; position < end;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, end - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (!bytesRead) break;
    const bytes = chunk.subarray(0, bytesRead);
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to >= 0; to = bytes.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...parts, bytes.subarray(from, to)]);
      const end = at + line.length + 1;
      yield { at, end, text: line.toString('utf8'), ended: true };
      at = end;
      parts = [];
      from = to + 1;
    }
    if (from < bytesRead) parts.push(bytes.subarray(from));
    position += bytesRead;
  }
  if (parts.length) yield { at, end, text: Buffer.concat(parts).toString('utf8'), ended: false };
}

/**
 * Appends one line, newline included, in one write, and forces it to disk. Where the file ends in the middle of a line (a
 * crash tore it), the line starts with a newline of its own, so the torn piece spoils nothing but itself.
 */
export async function appendLine(file: string, line: string): Promise<void> {
  const handle = await open(file, 'a+');
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    const torn = size > 0 && (await handle.read(last, 0, 1, size - 1)).bytesRead > 0 && last[0] !== NEWLINE;
    const bytes = Buffer.from(torn ? `\n${line}` : line);
    const { bytesWritten } = await handle.write(bytes, 0, bytes.length);
    await handle.sync();
    if (bytesWritten < bytes.length)
      throw new Error(`Expected to append ${bytes.length} bytes to ${file}, found room for ${bytesWritten}.`);
  } finally {
    await handle.close();
  }
}
