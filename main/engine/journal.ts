import { randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Verdict } from '../../common/case.ts';
import type { Action, JournalLine, Paint } from '../../common/journal.ts';
import { syncFolder } from './atomic.ts';
import { InputError, messageOf } from './errors.ts';
import { formatLine, parseLine } from './journal/line.ts';
import { JournalState, type Accepted, type Decision, type Deed, type Standing } from './journal/state.ts';
import { appendLine, piecesOf, type Piece } from './journal/tail.ts';
import { makeFolder } from './make-folder.ts';

const POLL = 1000; // ms between looks for what other processes appended
const ATTEMPTS = 3;

/** What a person decided: lines appended to one file, by this process and others, and what follows from them. */
export interface Journal {
  readonly file: string;
  /** lines so far */
  readonly seq: number;
  /** one sentence for each piece of the file that could not be used; the piece stays in the file */
  readonly problems: readonly string[];
  /** Resolves once the line is on disk. */
  append(author: string, action: Action): Promise<JournalLine>;
  /** Reads what other processes appended since. */
  refresh(): Promise<void>;
  /** lines after the first `since` */
  lines(since: number): readonly JournalLine[];
  /** Lines up to and with this one. */
  seqOf(line: JournalLine): number;
  /** The line itself, or the one it undoes or redoes. */
  deedOf(line: JournalLine): Deed | null;
  /** null: open */
  verdictOf(caseId: string): Verdict | null;
  /** What became of a case, and by which line; null: open */
  standingOf(caseId: string): Standing | null;
  /** The line of this id where it is one that can be undone, and whether it applies. */
  find(id: string): { line: Deed; live: boolean } | null;
  /** How a case of line `target` was judged when it was looked at for itself, and by which line; null: it was not. */
  judgementOf(target: string, caseId: string): { right: boolean; seq: number } | null;
  /** All such judgements that stand, by case. */
  judgementsOf(target: string): Map<string, boolean>;
  /** What applies to a picture, in the order it is to be applied. */
  decisionsOf(sample: string): Decision[];
  /** The same as paint alone. */
  paintsOf(sample: string): Paint[];
  /** null: its pseudo-label was not accepted */
  pseudoOf(sample: string): Accepted | null;
  /** Id of the line the author's undo would take back. `present`: authors whose decisions are their own business. */
  undoTarget(author: string, present: ReadonlySet<string>): string | null;
  redoTarget(author: string, present: ReadonlySet<string>): string | null;
  /** Called for every line that is added from now on, whoever wrote it; returns its undo. */
  onChange(listener: (line: JournalLine) => void): () => void;
  /** Resolves once nothing is being written any more. */
  close(): Promise<void>;
}

/** Reads a journal; one that is not there is empty, and neither it nor its folder is made before the first decision. */
export async function openJournal(file: string): Promise<Journal> {
  let state = new JournalState();
  let problems: string[] = [];
  let unfinished: string | null = null;
  /** bytes taken in; the file's size and identity when they were */
  let taken = 0;
  let size = 0;
  let inode = 0;
  const listeners = new Set<(line: JournalLine) => void>();
  let timer: NodeJS.Timeout | null = null;

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  /** Returns the lines that are new. */
  async function read(): Promise<JournalLine[]> {
    const handle = await openToRead(file);
    try {
      const found = handle ? await statOf(handle, file) : { size: 0, ino: 0 };
      if (found.ino === inode && found.size === size) return [];
      // Only ever appended to: anything else means that somebody put another file in its place.
      if (found.size < taken || (found.ino !== inode && taken)) [state, problems, taken] = [new JournalState(), [], 0];
      [size, inode, unfinished] = [found.size, found.ino, null];
      const before = state.lines.length;
      if (handle) for await (const piece of piecesOf(handle, taken, size)) take(piece);
      return state.lines.slice(before);
    } finally {
      await handle?.close();
    }
  }

  function take({ at, end, text, ended }: Piece): void {
    let problem = null;
    try {
      if (text) problem = state.apply(parseLine(text));
    } catch {
      problem = `${end - at} bytes that are none`;
    }
    const sentence = problem && `Expected a decision at byte ${at} of ${file}, found ${problem}; it was left out.`;
    if (!ended && sentence) {
      // Torn by a crash, or another process is just writing it: looked at again when there is more.
      unfinished = sentence;
      return;
    }
    if (sentence) problems.push(sentence);
    taken = end;
  }

  const readAndTell = async () => {
    for (const line of await read()) for (const listener of [...listeners]) listener(line);
  };

  await read();

  return {
    file,
    get seq() {
      return state.lines.length;
    },
    get problems() {
      return unfinished ? [...problems, unfinished] : problems;
    },
    append(author, action) {
      const id = randomBytes(9).toString('base64url');
      const line: JournalLine = { v: 1, id, at: new Date().toISOString(), author, action };
      const text = formatLine(line);
      return inTurn(async () => {
        if (!inode) await makeSafeFolder(dirname(file));
        // Read back before it counts: another process may have died in mid-line between our look and our write.
        for (let attempt = 0; attempt < ATTEMPTS && !state.has(id); attempt++) {
          const created = !inode;
          await appendLine(file, text);
          if (created) await syncFolder(dirname(file));
          await readAndTell();
        }
        if (!state.has(id)) throw new Error(`Expected a decision just written in ${file}, found it damaged there.`);
        return line;
      });
    },
    refresh: () => inTurn(readAndTell),
    lines: (since) => state.lines.slice(Math.max(0, since)),
    seqOf: ({ id }) => state.seqOf(id),
    deedOf: (line) => state.deedOf(line),
    verdictOf: (id) => state.verdictOf(id),
    standingOf: (id) => state.standingOf(id),
    find: (id) => state.find(id),
    judgementOf: (target, id) => state.judgementOf(target, id),
    judgementsOf: (target) => state.judgementsOf(target),
    decisionsOf: (sample) => state.decisionsOf(sample),
    paintsOf: (sample) => state.decisionsOf(sample).flatMap(({ paint }) => paint),
    pseudoOf: (sample) => state.pseudoOf(sample),
    undoTarget: (author, present) => state.undoTarget(author, present),
    redoTarget: (author, present) => state.redoTarget(author, present),
    onChange(listener) {
      listeners.add(listener);
      // A failing look is tried again by the next; a failing append tells its caller.
      timer ??= setInterval(() => void inTurn(readAndTell).catch(() => undefined), POLL).unref();
      return () => {
        listeners.delete(listener);
        if (!listeners.size && timer) timer = (clearInterval(timer), null);
      };
    },
    async close() {
      listeners.clear();
      if (timer) timer = (clearInterval(timer), null);
      await last;
    },
  };
}

async function openToRead(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new InputError(`Expected a journal that can be read at ${file}, found ${messageOf(error)}.`);
  }
}

async function statOf(handle: FileHandle, file: string) {
  const found = await handle.stat();
  if (!found.isFile()) throw new InputError(`Expected a journal at ${file}, found what is no file.`);
  return found;
}

/** Forced to disk with its name, or a power cut could take the folder and the first decision with it. */
async function makeSafeFolder(folder: string): Promise<void> {
  const made = await makeFolder(folder);
  if (made) await syncFolder(dirname(made));
}
