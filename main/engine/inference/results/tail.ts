import { open, type FileHandle } from 'node:fs/promises';

const CHUNK = 1 << 20;
const NEWLINE = 10;

/**
 * Reads what was appended to a file of lines after byte `from`. Only lines that end are given out, each with the byte it
 * starts at; returns where the next call shall start. A file that is not there has no lines.
 */
export async function readLines(file: string, from: number, each: (text: string, at: number) => void): Promise<number> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch {
    return from;
  }
  try {
    let rest = Buffer.alloc(0);
    let start = from;
    const { size } = await handle.stat();
    for (;;) {
      // No larger than what is there: whoever follows a file asks often, and mostly for little.
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(0, size - start - rest.length)));
      if (!chunk.length) return start;
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, start + rest.length);
      if (!bytesRead) return start;
      const bytes = rest.length ? Buffer.concat([rest, chunk.subarray(0, bytesRead)]) : chunk.subarray(0, bytesRead);
      let at = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
        if (end > at) each(bytes.toString('utf8', at, end), start + at);
        at = end + 1;
      }
      start += at;
      rest = bytes.subarray(at);
    }
  } finally {
    await handle.close();
  }
}

/** Appends whole lines; what arrives while one write is under way goes out together in the next. */
export interface LineWriter {
  /** Resolves once the line has been handed to the system: from then on it outlives this process. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function openLineWriter(file: string): Promise<LineWriter> {
  const handle = await open(file, 'a+');
  // A crash may have torn the last line: what is appended must start on its own.
  const { size } = await handle.stat();
  const last = Buffer.alloc(1);
  if (size && (await handle.read(last, 0, 1, size - 1)).bytesRead && last[0] !== NEWLINE) await handle.appendFile('\n');
  let waiting: string[] = [];
  let flushing: Promise<void> | null = null;
  const flush = async () => {
    await Promise.resolve();
    while (waiting.length) {
      const lines = waiting;
      waiting = [];
      await handle.appendFile(`${lines.join('\n')}\n`);
    }
  };
  return {
    append(text) {
      waiting.push(text);
      flushing ??= flush().finally(() => (flushing = null));
      return flushing;
    },
    async close() {
      await flushing;
      await handle.close();
    },
  };
}
