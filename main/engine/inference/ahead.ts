import type { Task } from './protocol.ts';
import { Disk } from './disk.ts';
import { decodeSource, readSource, readSourceNow, type Pixels, type Source } from './source.ts';

/** Pictures whose pixels are there before it is their turn. */
const DECODED = 3;
/** Pixels of the pictures decoded at a time, unless it is a single one; 4 bytes each. */
const DECODED_PIXELS = 16e6;

/** A picture on its way. */
export interface Prepared {
  source: Source;
  /** null: the bytes are those already scanned */
  pixels: Pixels | null;
}

interface Waiting {
  task: Task;
  source: Promise<Source>;
  /** null: not begun */
  prepared: Promise<Prepared> | null;
}

/**
 * Pictures that wait for their turn. A run of the models blocks the thread, so whatever takes several steps gets ahead by
 * one step a run; files are therefore read as soon as they are known of, and the next few pictures are decoded. Very
 * large ones wait with it, so that memory stays within bounds.
 */
export class Ahead {
  private readonly waiting: Waiting[] = [];
  private readonly disk = new Disk();
  private readonly folder: string;
  private readonly table: Uint8Array;
  /** pixels of the picture whose turn it is */
  private current = 0;

  /** `folder`: the dataset's; `table`: see labelTable. */
  constructor(folder: string, table: Uint8Array) {
    this.folder = folder;
    this.table = table;
  }

  add(task: Task): void {
    const { folder } = this;
    const source = this.disk.turn(
      () => readSourceNow(folder, task.sample),
      () => readSource(folder, task.sample),
    );
    // Whoever takes its turn hears of a failure; until then nobody listens.
    source.catch(() => undefined);
    this.waiting.push({ task, source, prepared: null });
    this.decode();
  }

  /** The picture whose turn it is; null: none waits. */
  take(): { task: Task; prepared: Promise<Prepared> } | null {
    const next = this.waiting.shift();
    this.current = next ? pixelsOf(next.task) : 0;
    if (!next) return null;
    const prepared = next.prepared ?? this.prepare(next);
    this.decode();
    return { task: next.task, prepared };
  }

  private decode(): void {
    let pixels = this.current;
    for (const one of this.waiting.slice(0, DECODED)) {
      pixels += pixelsOf(one.task);
      if (pixels > DECODED_PIXELS) return;
      one.prepared ??= this.prepare(one);
    }
  }

  private prepare({ task, source }: Waiting): Promise<Prepared> {
    const prepared = source.then(async (source) => ({
      source,
      pixels: source.hash === task.known ? null : await decodeSource(source, this.table),
    }));
    prepared.catch(() => undefined);
    return prepared;
  }
}

const pixelsOf = ({ sample }: Task) => sample.width * sample.height;
