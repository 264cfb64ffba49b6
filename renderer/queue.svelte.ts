import type { StudioEvent } from '../common/api.ts';
import type { Verdict } from '../common/case.ts';
import type { JournalChange } from '../common/journal.ts';
import { idOf } from './case-key.ts';
import { EVERYTHING, type CaseFilter, type QueueCase } from './case-list.ts';
import { Cases, type CasesSetting } from './cases.svelte.ts';
import { reorder } from './reorder.ts';
import type { Changed } from './sync.ts';

/** Rows read at a time. */
const PAGE = 100;
/** Milliseconds between looks at the counts while results stream in. */
const PULSE = 400;
/** Milliseconds to wait for all cases before the first of them are shown. */
const PATIENCE = 4_000;
/** Open cases after the current one that keep their places: what comes next is settled, and its pixels are on the way. */
const SETTLED = 3;

/** Learned: as verdicts have taught. */
export type Order = 'learned' | 'scanned';

/**
 * The review queue of one dataset. Its order is a snapshot: it changes when the person asks for it (another filter, the
 * new cases), never by a running scan. What verdicts teach ranks only what comes later and is not in view, so nothing moves
 * under the pointer; the case on the stage, the next few, and all that is decided stay where they are.
 */
export class Queue {
  readonly cases: Cases;
  filter = $state.raw<CaseFilter>(EVERYTHING);
  order = $state<Order>('learned');
  /** cases that the last verdict brought into the next 50 that may move */
  raised = $state(0);
  /** keys in the present order, worst first */
  keys = $state.raw<readonly string[]>([]);
  /** cases that pass the filter and are not listed, because they are hardly errors */
  unlisted = $state(0);
  /** how many of them are listed so far, while they are on their way; null: none are */
  listing = $state<number | null>(null);
  /** the case on the stage; it may be outside the present order, after an undo */
  current = $state.raw<QueueCase | null>(null);
  /** false until what was stored is listed for the first time */
  ready = $state(false);
  /** the store has caught up with the engine once */
  synced = $state(false);

  /** cases there were when the order was made */
  private listed = $state(0);
  private at = 0;
  /** somebody has chosen or decided a case */
  private touched = false;
  private lister: AbortController | undefined;
  private pulse: ReturnType<typeof setTimeout> | undefined;
  private arrangements = 0;
  private visits = 0;
  /** first row in view and the end of them */
  private shown: [number, number] = [0, 0];

  constructor(setting: CasesSetting) {
    this.cases = new Cases(setting, (what) => void this.onChanged(what));
  }

  async start(): Promise<void> {
    await this.arrange();
    const synced = this.cases.follow();
    await (this.keys.length ? this.goToWorst() : this.fill(synced));
    this.ready = true;
    await synced;
    await this.onPulse();
    this.synced = true;
    await this.countUnlisted();
  }

  /** Somebody comes to look: nothing is under the pointer yet, so the order takes in what came meanwhile. */
  async enter(): Promise<void> {
    if (!this.ready || !this.arrived) return;
    await this.arrange();
    if (!this.touched) await this.goToWorst();
  }

  close() {
    clearTimeout(this.pulse);
    this.cases.close();
  }

  hear(event: StudioEvent) {
    this.cases.hear(event);
  }

  /** cases that came since the order was made */
  get arrived(): number {
    return Math.max(0, this.cases.total - this.listed);
  }

  /** index of the current case in the present order, −1 outside of it */
  get position(): number {
    const key = this.current?.key;
    return this.keys[this.at] === key ? this.at : key === undefined ? -1 : this.keys.indexOf(key);
  }

  /** 0..1, the score that the order goes by. */
  scoreOf({ id, score }: Pick<QueueCase, 'id' | 'score'>): number {
    return (this.order === 'learned' ? this.cases.learning.scoreOf(id) : undefined) ?? score;
  }

  /** The row at a place of the order; undefined until it is read, which `want` sees to. */
  rowAt(index: number): QueueCase | undefined {
    const key = this.keys.at(index);
    return key === undefined ? undefined : this.cases.rowOf(key);
  }

  /** Reads the rows from `first` up to `last` that are not in memory. */
  want(first: number, last: number): Promise<void> {
    this.shown = [first, last];
    const from = Math.max(0, Math.floor(first / PAGE) * PAGE);
    return this.cases.load(this.keys.slice(from, Math.ceil(last / PAGE) * PAGE));
  }

  async show(filter: CaseFilter): Promise<void> {
    this.touched = true;
    this.filter = filter;
    await this.arrange();
    if (this.position < 0) await this.goToWorst();
  }

  /** From the learned order to that of the scan, or back. */
  async turnOrder(): Promise<void> {
    if (!this.cases.learning.lessons) return;
    this.touched = true;
    this.order = this.order === 'learned' ? 'scanned' : 'learned';
    await this.arrange();
  }

  /**
   * Makes the order anew: with the cases that came, without those that no longer pass. The current case stays. What is
   * decided lies where the scan put it.
   */
  async arrange(): Promise<void> {
    const arrangement = ++this.arrangements;
    const keys = await this.cases.matching(this.filter);
    await this.cases.count();
    if (arrangement !== this.arrangements) return;
    ({ keys: this.keys } = this.ranked(keys, 0, () => true));
    this.raised = 0;
    this.listed = this.cases.total;
    this.at = Math.max(0, this.current ? keys.indexOf(this.current.key) : 0);
    if (this.synced) void this.countUnlisted();
  }

  /** Lists the likeliest of the cases that pass the filter and are not listed; while it does, stops: what is listed stays. */
  async list(): Promise<void> {
    if (this.listing !== null) return this.lister?.abort();
    this.touched = true;
    this.listing = 0;
    const { signal } = (this.lister = new AbortController());
    await this.cases.list(this.filter, { signal, onListed: (cases) => (this.listing = cases) });
    await this.arrange();
    if (this.position < 0) await this.goToWorst();
    this.listing = null;
  }

  /** Shows the case at this place of the order. */
  async goTo(index: number): Promise<void> {
    if (index >= 0 && index < this.keys.length) await this.visit(idOf(this.keys[index]), index);
  }

  /** Shows any case, also one outside of the present order. */
  goToCase(id: string): Promise<void> {
    this.touched = true;
    const index = this.keys.findIndex((key) => idOf(key) === id);
    return this.visit(id, index);
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
      if (this.cases.isOpen(keys[at])) return at;
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
    if (!row || this.cases.isPending(row.id)) return;
    this.touched = true;
    const done = this.cases.decide([row.id], verdict);
    await this.goOn();
    await done;
  }

  /** `expected`: share of them for which that is right as far as is known, 0..1. False: it could not be written. */
  async decideMany(ids: readonly string[], verdict: Verdict, expected?: number): Promise<boolean> {
    this.touched = true;
    const done = await this.cases.decide(ids, verdict, expected);
    if (this.current && this.cases.statusOf(this.current) !== 'open') await this.goOn();
    return done;
  }

  async acceptPicture(): Promise<void> {
    this.touched = true;
    if (this.current && (await this.cases.acceptPicture(this.current.sample))) await this.goOn();
  }

  /** Ranks what comes later by what was learned. */
  private async learn() {
    await this.cases.learning.follow();
    let last = Math.max(0, this.position);
    for (let n = 0; n < SETTLED; n++) last = Math.max(last, this.nextOpen(last) ?? 0);
    const [first, end] = this.shown;
    const outOfView = (_: string, index: number) => index < first || index >= end;
    ({ keys: this.keys, raised: this.raised } = this.ranked(this.keys, last + 1, outOfView));
  }

  private ranked(keys: readonly string[], from: number, mayMove: (key: string, index: number) => boolean) {
    const { cases, order } = this;
    if (order === 'scanned') return { keys, raised: 0 };
    return reorder(keys, from, {
      isRanked: (key) => cases.learning.covers(key),
      isFree: (key, index) => cases.isOpen(key) && mayMove(key, index),
      scoreOf: (key) => cases.learning.scoreOf(idOf(key)) ?? 0,
    });
  }

  private async countUnlisted() {
    const arrangement = this.arrangements;
    const unlisted = await this.cases.unlisted(this.filter).catch(() => this.unlisted);
    if (arrangement === this.arrangements) this.unlisted = unlisted;
  }

  private async goOn() {
    const next = this.nextOpen(Math.max(this.position, 0));
    if (next !== null) return this.goTo(next);
    if (!this.arrived) return;
    await this.arrange();
    await this.goToWorst();
  }

  /** The first open case, or the first at all. */
  private async goToWorst() {
    await this.goTo(this.nextOpen(-1) ?? 0);
  }

  private async visit(id: string, index: number) {
    if (index >= 0) this.at = index;
    const visit = ++this.visits;
    const row = await this.cases.read(id);
    if (row && visit === this.visits) this.current = row;
  }

  /** Waits a moment for all cases before the first are shown: the worst one may be the last to come. */
  private async fill(synced: Promise<void>) {
    await Promise.race([synced, new Promise((late) => setTimeout(late, PATIENCE))]);
    await this.arrange();
    await this.goToWorst();
  }

  private async onChanged(what: Changed) {
    if (what.type === 'verdicts') return this.onVerdicts(what.change, what.added);
    if (what.type === 'scan') return this.startAgain();
    this.pulse ??= setTimeout(() => void this.onPulse(), PULSE);
  }

  private async onPulse() {
    this.pulse = undefined;
    const { scan } = this.cases;
    await this.cases.count();
    if (!this.ready) return;
    // Another window of this browser has taken in a new scan.
    if (this.cases.scan !== scan) return this.startAgain();
    if (!this.keys.length && this.cases.total && this.listing === null) await this.arrange();
    if (!this.current) await this.goToWorst();
  }

  private async startAgain() {
    this.current = null;
    if (!this.ready) return this.cases.count();
    this.ready = false;
    await this.fill(this.cases.settled());
    this.ready = true;
  }

  private async onVerdicts(change: JournalChange, added: number) {
    const here = change.cases.find(({ id }) => id === this.current?.id);
    if (this.current && here) this.current = { ...this.current, status: here.verdict ?? 'open' };
    await this.cases.count();
    // Nothing came: it was there, and is listed now.
    this.listed += added;
    if (added) void this.countUnlisted();
    const [first] = change.cases;
    const back = change.type === 'undo' || change.type === 'redo';
    if (!this.ready) return;
    if (first && back && change.author === this.cases.author) await this.goToCase(first.id);
    await this.learn();
  }
}
