import type { StudioEvent } from '../common/api.ts';
import type { CaseKind, Verdict } from '../common/case.ts';
import type { ClassInfo } from '../common/dataset.ts';
import type { JournalChange } from '../common/journal.ts';
import { idOf } from './case-key.ts';
import {
  allCases,
  EVERYTHING,
  filterCases,
  listDecided,
  readCase,
  readCases,
  type CaseFilter,
  type QueueCase,
} from './case-list.ts';
import { countIn, DatasetStore, type Status, type Tally } from './db.ts';
import { RowCache } from './row-cache.ts';
import { Statuses } from './statuses.ts';
import { Sync, type Changed, type Engine } from './sync.ts';

/** Rows kept in memory; more than any screen shows, and little beside one picture. */
const ROWS = 4_000;
const PAGE = 100;
/** Milliseconds between looks at the counts while results stream in. */
const PULSE = 400;
/** Milliseconds to wait for the first cases before the first of them are shown. */
const PATIENCE = 4_000;

export interface QueueSetting {
  dataset: string;
  classes: readonly ClassInfo[];
  author: string;
  engine: Engine;
  failed: (error: unknown) => void;
  store?: DatasetStore;
}

/**
 * The review queue of one dataset. Its order is a snapshot: it changes when the person asks for it (another filter, the
 * new cases), never by a verdict or by a running scan, so nothing moves under the pointer.
 */
export class Queue {
  readonly store: DatasetStore;
  filter = $state.raw<CaseFilter>(EVERYTHING);
  /** keys in the present order, worst first */
  keys = $state.raw<readonly string[]>([]);
  /** the case on the stage; it may be outside the present order, after an undo */
  current = $state.raw<QueueCase | null>(null);
  tally = $state.raw<Tally>({});
  /** key of the scan the cases come from; null: nothing scanned yet */
  scan = $state.raw<string | null>(null);
  /** false until what was stored is listed for the first time */
  ready = $state(false);
  /** the store has caught up with the engine once */
  synced = $state(false);
  /** the newest change told as this window has it: says whether there is something to undo */
  latest = $state.raw<JournalChange | null>(null);

  /** cases there were when the order was made */
  private listed = $state(0);
  private at = 0;
  private readonly setting: QueueSetting;
  private readonly sync: Sync;
  private readonly statuses = new Statuses();
  private readonly rows: RowCache;
  /** grows with every change of `rows` and `statuses`, which are not reactive themselves */
  private version = $state(0);
  private pulse: ReturnType<typeof setTimeout> | undefined;
  private listing = 0;
  /** all keys, until cases come or go */
  private all: Promise<string[]> | null = null;
  private visits = 0;
  /** somebody has chosen or decided a case */
  private touched = false;

  constructor(setting: QueueSetting) {
    this.setting = setting;
    this.store = setting.store ?? new DatasetStore(setting.dataset);
    this.rows = new RowCache((keys) => readCases(this.store, keys), ROWS);
    const { dataset, author, engine, failed } = setting;
    this.sync = new Sync({
      store: this.store,
      engine,
      dataset,
      author,
      failed,
      changed: (what) => this.onChanged(what),
    });
  }

  async start(): Promise<void> {
    await this.arrange();
    const synced = this.sync.start();
    await (this.keys.length ? this.goToWorst() : this.fill(synced));
    this.ready = true;
    await synced;
    await this.onPulse();
    this.synced = true;
  }

  /** Waits a moment for all cases before the first are shown: the worst one may be the last to come. */
  private async fill(synced: Promise<void>) {
    await Promise.race([synced, new Promise((late) => setTimeout(late, PATIENCE))]);
    await this.arrange();
    await this.goToWorst();
  }

  /** Somebody comes to look: nothing is under the pointer yet, so the order takes in what came meanwhile. */
  async enter(): Promise<void> {
    if (!this.ready || !this.arrived) return;
    await this.arrange();
    if (!this.touched) await this.goToWorst();
  }

  close() {
    clearTimeout(this.pulse);
    this.sync.stop();
    void this.sync.settled().then(() => this.store.close());
  }

  hear(event: StudioEvent) {
    this.sync.hear(event);
  }

  get total(): number {
    return this.countOf(null, null);
  }

  /** cases that came since the order was made */
  get arrived(): number {
    return Math.max(0, this.total - this.listed);
  }

  countOf(kind: CaseKind | null, status: Status | null): number {
    return countIn(this.tally, kind, status);
  }

  /** index of the current case in the present order, −1 outside of it */
  get position(): number {
    const key = this.current?.key;
    return this.keys[this.at] === key ? this.at : key === undefined ? -1 : this.keys.indexOf(key);
  }

  statusOf(row: QueueCase): Status {
    return this.version >= 0 ? this.statuses.of(row) : row.status;
  }

  /** The row at a place of the order; undefined until it is read, which `want` sees to. */
  rowAt(index: number): QueueCase | undefined {
    const key = this.keys.at(index);
    return key !== undefined && this.version >= 0 ? this.rows.get(idOf(key)) : undefined;
  }

  /** Reads the rows from `first` up to `last` that are not in memory. */
  async want(first: number, last: number): Promise<void> {
    const from = Math.max(0, Math.floor(first / PAGE) * PAGE);
    if (await this.rows.load(this.keys.slice(from, Math.ceil(last / PAGE) * PAGE))) this.version++;
  }

  async show(filter: CaseFilter): Promise<void> {
    this.touched = true;
    this.filter = filter;
    await this.arrange();
    if (this.position < 0) await this.goToWorst();
  }

  /** Makes the order anew: with the cases that came, without those that no longer pass. The current case stays. */
  async arrange(): Promise<void> {
    const listing = ++this.listing;
    const [keys, decided] = await Promise.all([this.matching(this.filter), listDecided(this.store)]);
    await this.count();
    if (listing !== this.listing) return;
    this.keys = keys;
    this.statuses.learnAll(decided);
    this.listed = this.total;
    this.at = Math.max(0, this.current ? keys.indexOf(this.current.key) : 0);
  }

  /** Keys of all cases that pass a filter now, worst first. */
  async matching(filter: CaseFilter): Promise<readonly string[]> {
    this.all ??= allCases(this.store);
    const names = this.setting.classes.map(({ name }) => name);
    return filterCases(this.store, await this.all, filter, names);
  }

  /** Shows the case at this place of the order. */
  async goTo(index: number): Promise<void> {
    if (index >= 0 && index < this.keys.length) await this.visit(idOf(this.keys[index]), index);
  }

  /** Shows any case, also one outside of the present order. */
  goToCase(id: string): Promise<void> {
    this.touched = true;
    return this.visit(
      id,
      this.keys.findIndex((key) => idOf(key) === id),
    );
  }

  private async visit(id: string, index: number) {
    if (index >= 0) this.at = index;
    const visit = ++this.visits;
    const row = this.rows.get(id) ?? (await readCase(this.store, id));
    if (row && visit === this.visits) this.current = row;
  }

  /** The first open case, or the first at all. */
  private async goToWorst(): Promise<void> {
    await this.goTo(this.nextOpen(-1) ?? 0);
  }

  step(by: 1 | -1): Promise<void> {
    this.touched = true;
    return this.goTo(Math.min(this.keys.length - 1, Math.max(0, this.position < 0 ? this.at : this.position + by)));
  }

  /** The next place with an open case after `index`, from the beginning again at the end; null: none is left. */
  nextOpen(index: number): number | null {
    const { keys } = this;
    for (let n = 1; n <= keys.length; n++) {
      const at = (index + n) % keys.length;
      if (this.statuses.isOpen(idOf(keys[at]))) return at;
    }
    return null;
  }

  /** Samples of the next open cases that are another picture than the current one, the nearest first. */
  upcoming(count: number): string[] {
    const samples: string[] = [];
    let at = Math.max(0, this.position);
    for (let n = 0; n < 4 * count && samples.length < count; n++) {
      const next = this.nextOpen(at);
      const row = next === null ? undefined : this.rowAt(next);
      if (next === null || !row || next <= at) break;
      if (row.sample !== this.current?.sample && !samples.includes(row.sample)) samples.push(row.sample);
      at = next;
    }
    return samples;
  }

  /** Gives the current case a verdict and goes on to the next open one; the journal confirms it or takes it back. */
  async decide(verdict: Verdict): Promise<void> {
    const row = this.current;
    // The key was pressed again before the next case came: one verdict is enough.
    if (!row || this.statuses.isPending(row.id)) return;
    const done = this.send([row.id], verdict);
    await this.goOn();
    await done;
  }

  /** One action over many cases, and one undo. False: it could not be written. */
  async decideMany(ids: readonly string[], verdict: Verdict): Promise<boolean> {
    const done = await this.send(ids, verdict);
    if (this.current && this.statusOf(this.current) !== 'open') await this.goOn();
    return done;
  }

  async acceptPicture(): Promise<void> {
    const row = this.current;
    if (!row) return;
    const { dataset, author, engine } = this.setting;
    await this.attempt(() => engine.call('acceptPicture', { dataset, author, sample: row.sample }));
    await this.goOn();
  }

  private async goOn() {
    const next = this.nextOpen(Math.max(this.position, 0));
    if (next !== null) return this.goTo(next);
    if (!this.arrived) return;
    await this.arrange();
    await this.goToWorst();
  }

  private async send(ids: readonly string[], verdict: Verdict) {
    const { dataset, author, engine } = this.setting;
    this.touched = true;
    this.statuses.expect(ids, verdict);
    this.version++;
    const done = await this.attempt(() => engine.call('decide', { dataset, author, verdict, cases: [...ids] }));
    this.statuses.settle(ids);
    this.version++;
    return done;
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

  private onChanged(what: Changed) {
    if (what.type === 'verdicts') return void this.learn(what.change, what.mine);
    this.all = null;
    if (what.type === 'scan') void this.startAgain();
    else this.pulse ??= setTimeout(() => void this.onPulse(), PULSE);
  }

  private async onPulse() {
    this.pulse = undefined;
    const { scan } = this;
    await this.count();
    if (!this.ready) return;
    // Another window of this browser has taken in a new scan.
    if (this.scan !== scan) return this.startAgain();
    if (!this.keys.length && this.total) await this.arrange();
    if (!this.current) await this.goToWorst();
  }

  private async startAgain() {
    this.rows.clear();
    this.current = null;
    if (!this.ready) return this.count();
    this.ready = false;
    await this.fill(this.sync.settled());
    this.ready = true;
  }

  private async learn(change: JournalChange, mine: boolean) {
    if (mine) this.latest = change;
    this.statuses.learn(change.cases);
    for (const { id, verdict } of change.cases) {
      this.rows.update(id, { status: verdict ?? 'open' });
      if (this.current?.id === id) this.current = { ...this.current, status: verdict ?? 'open' };
    }
    this.version++;
    await this.count();
    const [first] = change.cases;
    const back = change.type === 'undo' || change.type === 'redo';
    if (first && back && change.author === this.setting.author && this.ready) await this.goToCase(first.id);
  }

  private async count() {
    const { tally, scan } = await this.store.progress();
    this.tally = tally;
    this.scan = scan;
  }
}
