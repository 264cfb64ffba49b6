import type { Method, Params, Reply, ResultsPage, StudioEvent } from '../common/api.ts';
import type { CaseChoice } from '../common/case.ts';
import type { JournalChange } from '../common/journal.ts';
import type { DatasetStore } from './db.ts';
import { forgetVerdicts, listMissing, storeCases, storeChange, storePage } from './intake.ts';

/** Results in the first page. */
const PAGE = 200;
/** Listed cases that a page is to have: fewer cost a transaction each for little, with more the window waits for one. */
const LISTED_CASES = 4_000;
/** Results a page, at most. */
const MOST = 2_000;
/** Cases a page, where cases are asked for. */
const CASES = 2_000;
/** Weaker cases that are listed at a time. */
export const LISTING = 20_000;

export interface Listing {
  signal?: AbortSignal;
  onListed?: (cases: number) => void;
}

/** What a listener has to look at again. */
export type Changed =
  /** the stored cases belong to another scan now */
  | { type: 'scan' }
  /** cases were added or replaced */
  | { type: 'cases' }
  /** `mine`: what can be undone is said as this window has it; `added`: cases that are listed because it decides them */
  | { type: 'verdicts'; change: JournalChange; mine: boolean; added: number };

export interface Engine {
  call<M extends Method>(method: M, params: Params<M>): Promise<Reply<M>>;
}

export interface SyncOptions {
  store: DatasetStore;
  engine: Engine;
  dataset: string;
  author: string;
  changed: (what: Changed) => void;
  failed: (error: unknown) => void;
}

/** Keeps the local store of one dataset abreast of the engine: results by cursor, decisions by journal line. */
export class Sync {
  private readonly options: SyncOptions;
  private stopped = false;
  /** one job after the other; a job that waits already is not queued twice */
  private tail: Promise<void> = Promise.resolve();
  private readonly waiting = new Set<string>();
  /** journal lines this window was told of; the store, which windows share, may be ahead */
  private told: number | null = null;

  constructor(options: SyncOptions) {
    this.options = options;
  }

  /** Resolves once everything the engine knows now is stored. */
  start(): Promise<void> {
    void this.enqueue('decisions', () => this.pullDecisions());
    return this.enqueue('results', () => this.pullResults());
  }

  stop() {
    this.stopped = true;
  }

  /** Resolves once what is under way is stored. */
  settled(): Promise<void> {
    return this.tail;
  }

  hear(event: StudioEvent) {
    if (event.type === 'results' && event.dataset === this.options.dataset)
      void this.enqueue('results', () => this.pullResults());
    if (event.type === 'journal' && event.dataset === this.options.dataset) void this.take(event.change);
  }

  /** Stores a decision; where lines are missing in between, everything since the last known one is fetched. */
  take(change: JournalChange): Promise<void> {
    return this.enqueue(null, async () => {
      const { seq } = await this.options.store.progress();
      if (change.seq > seq + 1) return this.pullDecisions();
      if (change.seq > (this.told ?? 0)) await this.store(change, change.author === this.options.author);
    });
  }

  /**
   * Lists the likeliest of the cases that pass and are not listed, up to LISTING of them. Once `signal` fires, those listed
   * until then stay, and nothing more is asked for. `onListed`: how many there are so far.
   */
  list(choice: CaseChoice, { signal, onListed }: Listing = {}): Promise<void> {
    return this.enqueue(null, async () => {
      const { store, engine, dataset, changed } = this.options;
      const { scan, cursor, least } = await store.progress();
      let added = 0;
      const isWanted = () => !this.stopped && !signal?.aborted;
      for (let [after, more] = [0, true]; more && added < LISTING && isWanted(); after += CASES) {
        const wanted = { choice, cursor, below: least, after, limit: CASES };
        const page = await engine.call('choose', { dataset, ...wanted });
        if (this.stopped || page.scan !== scan) return;
        added += await storeCases(store, page);
        onListed?.(added);
        ({ more } = page);
      }
      if (added) changed({ type: 'cases' });
    });
  }

  private enqueue(name: string | null, job: () => Promise<void>): Promise<void> {
    if (name !== null && this.waiting.has(name)) return this.tail;
    if (name !== null) this.waiting.add(name);
    const run = async () => {
      if (name !== null) this.waiting.delete(name);
      if (!this.stopped) await job();
    };
    this.tail = this.tail.then(run).catch((error: unknown) => {
      if (!this.stopped) this.options.failed(error);
    });
    return this.tail;
  }

  private async pullResults() {
    const { store, engine, dataset, changed } = this.options;
    let limit = PAGE;
    for (let more = true; more && !this.stopped;) {
      const { cursor, least } = await store.progress();
      const page = await engine.call('results', { dataset, after: cursor, limit, least });
      limit = nextLimit(limit, page);
      if (this.stopped) return;
      const outcome = await storePage(store, page, cursor);
      // Where another window was faster, what it stored is news here all the same.
      changed({ type: outcome === 'restarted' ? 'scan' : 'cases' });
      more = page.more || outcome !== 'stored';
      if (page.scan === null) return;
    }
  }

  private async pullDecisions() {
    const { store, engine, dataset, author } = this.options;
    const { seq } = await store.progress();
    const change = await engine.call('decisions', { dataset, author, since: Math.min(seq, this.told ?? seq) });
    if (this.stopped) return;
    if (change.seq >= seq) return this.store(change, true);
    // The journal is shorter than what was seen of it: it is another one. Start again.
    await forgetVerdicts(store);
    await this.store(await engine.call('decisions', { dataset, author, since: 0 }), true);
  }

  private async store(change: JournalChange, mine: boolean) {
    const added = await this.storeFound(change);
    this.told = change.seq;
    this.options.changed({ type: 'verdicts', change, mine, added });
  }

  /** A decision may be about cases that were too weak to be listed. */
  private async storeFound(change: JournalChange): Promise<number> {
    const { store, engine, dataset } = this.options;
    const { cursor } = await store.progress();
    const ids = cursor ? await listMissing(store, change.cases) : [];
    const found = ids.length ? await engine.call('cases', { dataset, ids }) : undefined;
    return storeChange(store, change, found);
  }
}

/** As many results as would have had LISTED_CASES. */
function nextLimit(limit: number, { rows }: ResultsPage): number {
  const cases = rows.reduce((sum, row) => sum + row.cases.length, 0);
  const wanted = Math.round((limit * LISTED_CASES) / Math.max(1, cases));
  return Math.min(MOST, 4 * limit, Math.max(1, wanted));
}
