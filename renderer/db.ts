import { Dexie, type EntityTable, type Table } from 'dexie';
import { CASE_KINDS, type CaseKind, type CaseRow, type SampleResult, type Verdict } from '../common/case.ts';
import { LEAST } from './least.ts';

/** What became of a case: `open` until somebody decides. */
export type Status = 'open' | Verdict;
export const STATUSES: readonly Status[] = ['open', 'accept', 'keep', 'ignore', 'skip'];

/** A case as the scan found it. */
export interface StoredCase extends CaseRow {
  /** see case-key.ts */
  key: string;
}

export interface StoredSample extends Omit<SampleResult, 'cases'> {
  /** keys of its cases */
  keys: string[];
}

/** What the journal says of a case, also of one that no stored scan has. */
export interface StoredVerdict {
  id: string;
  verdict: Verdict;
  /** what a person found who looked at it for itself, as a number, which can be indexed; absent where nobody did */
  error?: 0 | 1;
}

/** A case somebody looked at for itself. */
export type StoredFinding = Pick<StoredVerdict, 'id'> & { error: 0 | 1 };

/** How many cases there are of each kind and status; a missing entry is 0. */
export type Tally = Partial<Record<`${CaseKind}/${Status}`, number>>;

/** `kind` or `status` null: any. */
export function countIn(tally: Tally, kind: CaseKind | null, status: Status | null): number {
  const kinds = kind ? [kind] : CASE_KINDS;
  const statuses = status ? [status] : STATUSES;
  return kinds.reduce((sum, k) => statuses.reduce((part, s) => part + (tally[`${k}/${s}`] ?? 0), sum), 0);
}

/** How far the local store has followed the engine. */
export interface Progress {
  /** key of the scan the stored results come from; null: none */
  scan: string | null;
  /** results taken in */
  cursor: number;
  /** cases of later results are listed from this score on; what scores less stays with the engine until it is asked for */
  least: number;
  /** journal lines taken in */
  seq: number;
  tally: Tally;
}

export const NOTHING: Progress = { scan: null, cursor: 0, least: LEAST, seq: 0, tally: {} };

/**
 * The fast local store of one dataset. It holds nothing that is not in the project folder too, so it can be deleted at
 * any time; sync.ts fills it again. Windows of one browser share it: every write is one transaction that checks `progress`.
 */
export class DatasetStore extends Dexie {
  declare cases: EntityTable<StoredCase, 'key'>;
  declare samples: EntityTable<StoredSample, 'sample'>;
  /** decided cases only */
  declare verdicts: EntityTable<StoredVerdict, 'id'>;
  declare private meta: Table<Progress, string>;

  constructor(dataset: string) {
    super(`winnow-${dataset}`);
    const tables = {
      // Order and filters are in the key; every index would cost as much as the row when half a million cases come in.
      cases: 'key, id',
      samples: 'sample',
      verdicts: 'id, verdict',
      meta: '',
    };
    this.version(1).stores(tables);
    // What an older Winnow stored lacks what is asked now; the engine tells it again.
    this.version(3)
      .stores({ ...tables, verdicts: 'id, verdict, error' })
      .upgrade((changes) => Promise.all(Object.keys(tables).map((name) => changes.table(name).clear())));
  }

  /** What people found case by case, in the order of ids. */
  async findings(): Promise<StoredFinding[]> {
    const rows = await this.verdicts.where('error').between(0, 1, true, true).toArray();
    return rows.flatMap(({ id, error }) => (error === undefined ? [] : [{ id, error }]));
  }

  async progress(): Promise<Progress> {
    return (await this.meta.get('progress')) ?? NOTHING;
  }

  async setProgress(progress: Progress): Promise<void> {
    await this.meta.put(progress, 'progress');
  }

  /** One transaction over everything: all of `work` is stored or nothing. */
  write<T>(work: () => Promise<T>): Promise<T> {
    return this.transaction('rw', [this.cases, this.samples, this.verdicts, this.meta], work);
  }
}

/** What belongs to no dataset: recent folders, slider positions. One value a key, plain data. */
class GlobalStore extends Dexie {
  declare preferences: Table<unknown, string>;

  constructor() {
    super('winnow');
    this.version(1).stores({ preferences: '' });
  }
}

let globals: GlobalStore | undefined;

/** Undefined where it was never written, or where the browser keeps no storage (private windows). */
export async function readPreference<T>(key: string): Promise<T | undefined> {
  try {
    return (await (globals ??= new GlobalStore()).preferences.get(key)) as T | undefined;
  } catch {
    return undefined;
  }
}

/** Plain data only: what structured clone takes. A browser without storage forgets it. */
export async function writePreference(key: string, value: unknown): Promise<void> {
  try {
    await (globals ??= new GlobalStore()).preferences.put(value, key);
  } catch {
    // A preference that cannot be kept is no reason to stop anybody.
  }
}
