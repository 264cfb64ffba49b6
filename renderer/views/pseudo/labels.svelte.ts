import type { StudioEvent } from '../../../common/api.ts';
import type { DatasetSummary } from '../../../common/dataset.ts';
import type { AcceptedAt, PseudoRow, PseudoSummary, Threshold } from '../../../common/pseudo.ts';
import { studio } from '../../studio.svelte.ts';
import { ThresholdChoice, type Evidence } from './choice.svelte.ts';

export type Order = 'most' | 'least' | 'name';

const PAGE = 500;
/** Milliseconds of rest after which the pictures follow the slider. */
const REST = 140;
/** Least milliseconds between looks at a running scan. */
const PULSE = 1000;

interface Place extends PseudoRow {
  /** where the page starts that this row came with */
  page: number;
}

/** The unlabelled pictures of one dataset, and what a threshold keeps of them. */
export class PseudoLabels {
  summary = $state.raw<PseudoSummary | null>(null);
  /** follows the slider at once */
  readonly choice: ThresholdChoice;
  /** the threshold once the slider rests */
  settled = $state.raw<Threshold>(1);
  order = $state<Order>('most');
  /** Names in an order that stays until the person asks for another: nothing moves because the threshold does. */
  names = $state.raw<readonly string[]>([]);
  selected = $state(0);
  accepting = $state(false);

  private rows = $state.raw(new Map<string, Place>());
  private readonly dataset: DatasetSummary;
  private shown: [first: number, end: number] = [0, 0];
  private timers: { rest?: ReturnType<typeof setTimeout>; pulse?: ReturnType<typeof setTimeout> } = {};
  /** key of the scan the rows come from */
  private scan: string | null = null;
  /** a look is planned or under way */
  private looking = false;
  /** something came while looking */
  private again = false;
  private pause = PULSE;
  private stopped = false;

  constructor(dataset: DatasetSummary) {
    this.dataset = dataset;
    this.choice = new ThresholdChoice(dataset.id, dataset.classes.length, () => this.evidence);
    void this.load();
  }

  /** What is expected to be right is known. */
  get measured(): boolean {
    return this.evidence.agreement !== null;
  }

  row(name: string): PseudoRow | undefined {
    return this.rows.get(name);
  }

  get current(): string | undefined {
    return this.names.at(this.selected);
  }

  /** Where the view hears events from; returns its undo. */
  start(): () => void {
    const leave = studio.on((event) => this.hear(event));
    return () => {
      leave();
      this.stopped = true;
      clearTimeout(this.timers.rest);
      clearTimeout(this.timers.pulse);
    };
  }

  /** The pictures follow the threshold, whatever changed it: a person, a running scan, a measurement. */
  follow(threshold: Threshold) {
    clearTimeout(this.timers.rest);
    if (this.summary && !isSame(threshold, this.settled)) this.timers.rest = setTimeout(() => this.settle(), REST);
  }

  sort(order: Order) {
    this.order = order;
    const current = this.current;
    const names = [...this.rows.keys()];
    const kept = (name: string) => this.rows.get(name)?.kept ?? 0;
    if (order === 'most') names.sort((a, b) => kept(b) - kept(a));
    if (order === 'least') names.sort((a, b) => kept(a) - kept(b));
    this.names = names;
    this.selected = Math.max(0, current === undefined ? 0 : names.indexOf(current));
  }

  /** Items that are on the screen: the ones whose figures are kept up to date. */
  show(first: number, end: number) {
    this.shown = [first, end];
    void this.refresh();
  }

  /** `samples` null: all that are scanned. */
  async accept(samples: string[] | null) {
    const all = samples === null;
    if (!this.choice.ready || (all && this.accepting)) return;
    this.accepting ||= all;
    const { author } = studio;
    const { threshold } = this.choice;
    const change = await studio.attempt(() =>
      studio.call('acceptPseudo', { dataset: this.dataset.id, author, threshold, samples }),
    );
    if (all) this.accepting = false;
    if (!change) return;
    this.mark(change.pseudo);
    // One picture shows its mark where the eyes are; many are worth a sentence.
    if (all) studio.toast(`${change.text}. Z takes it back.`, 'good');
  }

  private get evidence(): Evidence {
    const measured = studio.insights.result;
    const counts = measured?.heldOut && measured.scan === studio.results?.scan;
    return { histogram: this.summary?.histogram ?? [], agreement: counts ? measured.classes : null };
  }

  private async load() {
    await this.choice.load();
    await this.look();
  }

  /** Everything anew: at the start, and while a scan adds pictures. */
  private async look() {
    this.summary = (await studio.attempt(() => studio.call('pseudo', { dataset: this.dataset.id }))) ?? this.summary;
    this.settled = this.choice.threshold;
    const rows = new Map<string, Place>();
    for (let at: number | null = 0; at !== null && !this.stopped;) at = await this.fetch(rows, at);
    if (this.stopped) return;
    this.rows = rows;
    const scan = studio.results?.scan ?? null;
    if (scan !== this.scan || !this.names.length) this.sort(this.order);
    else {
      // A running scan adds pictures at the end, so that those there stay where they are.
      const known = new Set(this.names);
      this.names = [...this.names, ...[...rows.keys()].filter((name) => !known.has(name))];
    }
    this.scan = scan;
  }

  /** Looks again soon, and seldom where looking takes long. */
  private lookSoon() {
    this.again = this.looking;
    if (this.looking) return;
    this.looking = true;
    this.timers.pulse = setTimeout(async () => {
      const started = performance.now();
      await this.look();
      this.pause = Math.max(PULSE, 10 * (performance.now() - started));
      this.looking = false;
      if (this.again && !this.stopped) this.lookSoon();
    }, this.pause);
  }

  private async fetch(into: Map<string, Place>, page: number): Promise<number | null> {
    const threshold = this.settled;
    const reply = await studio.attempt(() =>
      studio.call('pseudoSamples', { dataset: this.dataset.id, threshold, after: page, limit: PAGE }),
    );
    for (const row of reply?.rows ?? []) into.set(row.sample, { ...row, page });
    return reply?.next ?? null;
  }

  private settle() {
    this.settled = this.choice.threshold;
    this.choice.save();
    this.stale = new Set([...this.rows.values()].map(({ page }) => page));
    void this.refresh();
  }

  /** pages whose figures are of an earlier threshold */
  private stale = new Set<number>();

  /** Fetches the pages again that what is shown belongs to. */
  private async refresh() {
    const pages = new Set<number>();
    for (const name of this.names.slice(...this.shown)) {
      const page = this.rows.get(name)?.page;
      if (page !== undefined && this.stale.delete(page)) pages.add(page);
    }
    if (!pages.size) return;
    const rows = new Map(this.rows);
    for (const page of pages) await this.fetch(rows, page);
    if (!this.stopped) this.rows = rows;
  }

  private mark(changed: { sample: string; accepted: AcceptedAt | null }[]) {
    if (!changed.length) return;
    const rows = new Map(this.rows);
    for (const { sample, accepted } of changed) {
      const row = rows.get(sample);
      if (row) rows.set(sample, { ...row, accepted });
    }
    this.rows = rows;
    if (!this.summary) return;
    let accepted = 0;
    for (const row of rows.values()) if (row.accepted !== null) accepted++;
    this.summary = { ...this.summary, accepted };
  }

  private hear(event: StudioEvent) {
    if (event.type === 'journal') this.mark(event.change.pseudo);
    if (event.type === 'results') this.lookSoon();
  }
}

const isSame = (a: Threshold, b: Threshold) => String(a) === String(b) && typeof a === typeof b;
