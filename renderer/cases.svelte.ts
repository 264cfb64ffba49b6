import type { StudioEvent } from '../common/api.ts';
import type { CaseKind, Verdict } from '../common/case.ts';
import type { ClassInfo } from '../common/dataset.ts';
import type { JournalChange } from '../common/journal.ts';
import { idOf } from './case-key.ts';
import {
  allCases,
  filterCases,
  listDecided,
  readCase,
  readCases,
  type CaseFilter,
  type QueueCase,
} from './case-list.ts';
import { countIn, DatasetStore, type Status, type Tally } from './db.ts';
import { Learning } from './learned.svelte.ts';
import { RowCache } from './row-cache.ts';
import { Statuses } from './statuses.ts';
import { Sync, type Changed, type Engine, type Listing } from './sync.ts';

/** Rows kept in memory; more than any screen shows, and little beside one picture. */
const ROWS = 4_000;

export interface CasesSetting {
  dataset: string;
  classes: readonly ClassInfo[];
  /** names this window in the journal */
  author: string;
  engine: Engine;
  failed: (error: unknown) => void;
  store?: DatasetStore;
}

/** All cases of one dataset as this window knows them, kept abreast of the engine: counts, rows, and what became of each. */
export class Cases {
  readonly store: DatasetStore;
  readonly author: string;
  tally = $state.raw<Tally>({});
  /** key of the scan they come from; null: nothing scanned yet */
  scan = $state.raw<string | null>(null);
  /** the newest change told as this window has it: says whether there is something to undo */
  latest = $state.raw<JournalChange | null>(null);

  readonly learning: Learning;

  private readonly setting: CasesSetting;
  private readonly sync: Sync;
  private readonly statuses = new Statuses();
  private readonly rows: RowCache;
  /** grows with every change of `rows` and `statuses`, which are not reactive themselves */
  private version = $state(0);
  /** all keys, until cases come or go */
  private all: Promise<string[]> | null = null;

  /** `changed` is called once what changed can be read here */
  constructor(setting: CasesSetting, changed: (what: Changed) => void) {
    const { dataset, author, engine, failed } = setting;
    this.setting = setting;
    this.author = author;
    this.store = setting.store ?? new DatasetStore(dataset);
    this.learning = new Learning(this.store);
    this.rows = new RowCache((keys) => readCases(this.store, keys), ROWS);
    const hear = (what: Changed) => {
      this.take(what);
      changed(what);
    };
    this.sync = new Sync({ store: this.store, engine, dataset, author, failed, changed: hear });
  }

  /** Resolves once everything the engine knows now is stored. */
  follow(): Promise<void> {
    return this.sync.start();
  }

  /** Resolves once what is under way is stored. */
  settled(): Promise<void> {
    return this.sync.settled();
  }

  hear(event: StudioEvent) {
    this.sync.hear(event);
  }

  close() {
    this.sync.stop();
    void this.sync.settled().then(() => this.store.close());
  }

  get total(): number {
    return this.countOf(null, null);
  }

  /** null: any */
  countOf(kind: CaseKind | null, status: Status | null): number {
    return countIn(this.tally, kind, status);
  }

  /** Reads the counts; they are not followed by themselves, because results come in hundreds. */
  async count(): Promise<void> {
    const { tally, scan } = await this.store.progress();
    this.tally = tally;
    this.scan = scan;
  }

  statusOf(row: QueueCase): Status {
    return this.version >= 0 ? this.statuses.of(row) : row.status;
  }

  isOpen(key: string): boolean {
    return this.statuses.isOpen(idOf(key));
  }

  /** Its verdict is on the way to the journal. */
  isPending(id: string): boolean {
    return this.statuses.isPending(id);
  }

  /** Undefined until it is read, which `load` sees to. */
  rowOf(key: string): QueueCase | undefined {
    return this.version >= 0 ? this.rows.get(idOf(key)) : undefined;
  }

  async load(keys: readonly string[]): Promise<void> {
    if (await this.rows.load(keys)) this.version++;
  }

  async read(id: string): Promise<QueueCase | undefined> {
    return this.rows.get(id) ?? (await readCase(this.store, id));
  }

  /** Keys of all cases that pass a filter now, worst first. */
  async matching(filter: CaseFilter): Promise<readonly string[]> {
    this.all ??= allCases(this.store);
    const [all, decided] = await Promise.all([this.all, listDecided(this.store)]);
    this.statuses.learnAll(decided);
    await this.learning.follow(all);
    return this.listed(filter);
  }

  private async listed(filter: CaseFilter): Promise<readonly string[]> {
    const all = await (this.all ??= allCases(this.store));
    const names = this.setting.classes.map(({ name }) => name);
    return filterCases(this.store, all, filter, names);
  }

  /** How many cases pass a filter and are not listed, because they are hardly errors. */
  async unlisted({ status, ...choice }: CaseFilter): Promise<number> {
    // Whatever somebody decided is listed.
    if (status !== null && status !== 'open') return 0;
    const { dataset, engine } = this.setting;
    const { scan, cursor, least } = await this.store.progress();
    if (scan === null) return 0;
    const listed = await this.listed({ ...choice, status: null });
    const found = await engine.call('choose', { dataset, choice, cursor, below: least, after: 0, limit: 0 });
    return found.scan === scan ? Math.max(0, found.count - listed.length) : 0;
  }

  /** Lists the likeliest of those. */
  list({ status: _, ...choice }: CaseFilter, listing: Listing): Promise<void> {
    return this.sync.list(choice, listing);
  }

  /** One action over all of them, and one undo. False: it could not be written, and the person was told. */
  async decide(ids: readonly string[], verdict: Verdict, expected?: number): Promise<boolean> {
    const { dataset, author, engine } = this.setting;
    this.statuses.expect(ids, verdict);
    this.version++;
    const decision = { dataset, author, verdict, cases: [...ids], expected };
    const done = await this.attempt(() => engine.call('decide', decision));
    this.statuses.settle(ids);
    this.version++;
    return done;
  }

  acceptPicture(sample: string): Promise<boolean> {
    const { dataset, author, engine } = this.setting;
    return this.attempt(() => engine.call('acceptPicture', { dataset, author, sample }));
  }

  private async attempt(work: () => Promise<JournalChange>): Promise<boolean> {
    try {
      await this.sync.take(await work());
      return true;
    } catch (error) {
      this.setting.failed(error);
      return false;
    }
  }

  private take(what: Changed) {
    if (what.type !== 'verdicts' || what.added) this.all = null;
    if (what.type === 'scan') this.rows.clear();
    if (what.type !== 'verdicts') return;
    const { change, mine } = what;
    if (mine) this.latest = change;
    this.statuses.learn(change.cases);
    for (const { id, verdict } of change.cases) this.rows.update(id, { status: verdict ?? 'open' });
    this.version++;
  }
}
