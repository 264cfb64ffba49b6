import type { ExportState, Method, Params, Reply, StudioEvent } from '../common/api.ts';
import type { DatasetSummary } from '../common/dataset.ts';
import { assetUrl, type AssetKind, type Host } from '../common/host.ts';
import type { JournalChange } from '../common/journal.ts';
import type { ScanState } from '../common/scan.ts';
import { chooseHost } from './host.ts';
import { NO_SCAN } from '../common/idle.ts';
import type { InsightsState } from '../common/insights.ts';
import { NO_JOB } from '../common/job.ts';
import type { PlantedState } from '../common/planted.ts';
import { splitTyped } from './paths.ts';
import { placeOf, withPlace, type Step } from './place.ts';
import { Picker } from './picking.svelte.ts';
import { noteRecent } from './recent.ts';
import { Toasts, type Tone } from './toasts.svelte.ts';

/** Milliseconds until the folder of a dataset that was shown at once is read anew: what is looked at first comes first. */
const READ_AGAIN = 3_000;

/** The state of one window: the opened dataset, where the person is, and what the engine is doing. Every view reads it here. */
class Studio {
  readonly host: Host;
  /** names this window in the journal; its undo stack is its own */
  readonly author: string;
  readonly messages = new Toasts();
  readonly pick: Picker;
  /** what lies over the view right now */
  overlay = $state<'keys' | 'messages' | null>(null);

  about = $state.raw<Reply<'about'> | null>(null);
  connected = $state(true);
  dataset = $state.raw<DatasetSummary | null>(null);
  opening = $state.raw<{ folder: string; done: number; total: number } | null>(null);
  step = $state<Step>('data');

  scan = $state.raw<ScanState>(NO_SCAN);
  /** the scan whose results can be fetched, and how many of them; null before the first scan */
  results = $state.raw<{ scan: string; count: number } | null>(null);
  exporting = $state.raw<ExportState>(NO_JOB);
  insights = $state.raw<InsightsState>(NO_JOB);
  planted = $state.raw<PlantedState>(NO_JOB);
  /** the newest decision; null before the first */
  journal = $state.raw<JournalChange | null>(null);
  /** cases that wait for a verdict, as the review queue counts them; null before it has */
  openCases = $state<number | null>(null);

  private readonly listeners = new Set<(event: StudioEvent) => void>();

  constructor(host: Host) {
    this.author = sessionStorage.getItem('author') ?? newAuthor();
    sessionStorage.setItem('author', this.author);
    this.host = host;
    this.pick = new Picker(host);
    host.listen((event) => this.hear(event));
    host.watchConnection((connected) => void this.onConnection(connected));
  }

  /** Asks the engine. Rejects with an error whose message is a sentence for a person. */
  call<M extends Method>(method: M, params: Params<M>): Promise<Reply<M>> {
    return this.host.call(method, params);
  }

  /** Hears what happens to the opened dataset, also what was missed while the connection was down. Returns its undo. */
  on(listener: (event: StudioEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  toast(text: string, tone: Tone = 'info') {
    this.messages.show(text, tone);
  }

  /** Runs `work`; a failure becomes a toast and the answer undefined. What a person cancelled is no failure. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isCancelled(error)) this.toast(error instanceof Error ? error.message : String(error), 'bad');
      return undefined;
    }
  }

  /** Puts `text` on the clipboard and says so; `what` begins the sentence. */
  async copy(text: string, what: string) {
    try {
      await navigator.clipboard.writeText(text);
      this.toast(`${what} copied.`);
    } catch {
      this.toast('Expected to write to the clipboard; the browser did not allow it.', 'bad');
    }
  }

  /** Pixels of the opened dataset by URL. */
  asset(kind: AssetKind, sample: string, query: Parameters<typeof assetUrl>[4] = {}): string {
    return assetUrl(this.host.assets, this.dataset?.id ?? '', kind, sample, query);
  }

  go(step: Step) {
    if (!this.dataset) return;
    this.step = step;
    this.note();
  }

  /**
   * Once, at the start: opens the dataset that the address names, at the step it names. Without one, enters what the host
   * has open; but a window that closed its dataset stays at the start page when it is reloaded.
   */
  async start() {
    const { folder, project, step } = placeOf(location.href);
    this.about = (await this.attempt(() => this.call('about', {}))) ?? null;
    const opened = this.about?.opened ?? [];
    const known = opened.find((one) => one.folder === folder && (project === null || one.project === project));
    if (known) await this.enterAgain(known, step ?? 'data');
    else if (folder) await this.open(folder, project ?? undefined, step ?? 'data');
    else if (opened.length && !sessionStorage.getItem('closed')) await this.enter(opened[0], 'data');
  }

  /** What the host has open is shown at once; reading a large folder anew takes seconds, and mostly finds the same. */
  private async enterAgain(known: DatasetSummary, step: Step) {
    await this.enter(known, step);
    await new Promise((later) => setTimeout(later, READ_AGAIN));
    if (this.dataset !== known) return;
    const { folder, project } = known;
    const found = await this.attempt(() => this.call('open', { folder, project }));
    const same = JSON.stringify(found) === JSON.stringify(known);
    if (found && !same && this.dataset === known) this.dataset = found;
  }

  async open(folder: string, project?: string, step: Step = 'data') {
    this.opening = { folder, done: 0, total: 0 };
    const dataset = await this.attempt(() => this.call('open', { folder, project }));
    if (dataset) await this.enter(dataset, step);
    this.opening = null;
  }

  async chooseFolder() {
    const folder = await this.pick.folder(
      'Open a dataset folder',
      splitTyped(this.dataset?.folder ?? '').folder || null,
    );
    if (folder) await this.open(folder);
  }

  async openDemo() {
    this.opening = { folder: 'demo', done: 0, total: 0 };
    const dataset = await this.attempt(() => this.call('openDemo', {}));
    if (dataset) await this.enter(dataset, 'data');
    this.opening = null;
  }

  close() {
    sessionStorage.setItem('closed', 'yes');
    this.forget();
    this.note();
  }

  undo() {
    return this.takeBack('undo');
  }

  redo() {
    return this.takeBack('redo');
  }

  private async takeBack(method: 'undo' | 'redo') {
    const dataset = this.dataset?.id;
    if (!dataset) return;
    const change = await this.attempt(() => this.call(method, { dataset, author: this.author }));
    if (change === undefined) return;
    if (change) this.learn(change);
    this.toast(change?.text ?? `There is nothing to ${method}.`);
  }

  /** Takes in a decision: the answer to a call of this window, or one that another window made. */
  private learn(change: JournalChange) {
    if (change.seq >= (this.journal?.seq ?? 0)) this.journal = change;
  }

  private async enter(dataset: DatasetSummary, step: Step) {
    this.forget();
    sessionStorage.removeItem('closed');
    this.dataset = dataset;
    this.step = step;
    this.note();
    void noteRecent(dataset);
    await this.attempt(() => this.catchUp(dataset.id));
  }

  private forget() {
    this.dataset = null;
    this.step = 'data';
    this.scan = NO_SCAN;
    this.exporting = NO_JOB;
    this.insights = NO_JOB;
    this.planted = NO_JOB;
    this.results = this.journal = this.openCases = null;
  }

  /** Asks for everything that events tell, as events: at the start, and after the connection was down. */
  private async catchUp(dataset: string) {
    const since = this.journal?.seq ?? 0;
    const [scan, exporting, insights, planted, page, change] = await Promise.all([
      this.call('scanState', { dataset }),
      this.call('exportState', { dataset }),
      this.call('insights', { dataset }),
      this.call('planted', { dataset }),
      this.call('results', { dataset, after: Number.MAX_SAFE_INTEGER, limit: 1 }),
      this.call('decisions', { dataset, author: this.author, since }),
    ]);
    this.hear({ type: 'scan', dataset, state: scan });
    this.hear({ type: 'export', dataset, state: exporting });
    this.hear({ type: 'insights', dataset, state: insights });
    this.hear({ type: 'planted', dataset, state: planted });
    if (page.scan) this.hear({ type: 'results', dataset, scan: page.scan, count: page.next });
    this.hear({ type: 'journal', dataset, change });
  }

  private hear(event: StudioEvent) {
    if (event.type === 'opening') {
      // Other windows open datasets too.
      if (this.opening?.folder === event.folder) this.opening = event;
      return;
    }
    if (event.dataset !== this.dataset?.id) return;
    if (event.type === 'scan') this.scan = event.state;
    else if (event.type === 'results') this.results = event;
    else if (event.type === 'export') this.exporting = event.state;
    else if (event.type === 'insights') this.insights = event.state;
    else if (event.type === 'planted') this.planted = event.state;
    else if (event.type === 'journal') this.learn(event.change);
    for (const listener of this.listeners) listener(event);
  }

  private async onConnection(connected: boolean) {
    const returned = connected && !this.connected;
    this.connected = connected;
    const open = this.dataset;
    if (!returned || !open) return;
    // The server may be a new process: it has to open the dataset before it can answer for it.
    await this.attempt(async () => {
      await this.call('open', { folder: open.folder, project: open.project });
      await this.catchUp(open.id);
    });
  }

  private note() {
    const { folder = null, project = null } = this.dataset ?? {};
    history.replaceState(
      history.state,
      '',
      withPlace(location.href, { folder, project, step: folder === null ? null : this.step }),
    );
  }
}

/** `code` is what the engine's errors carry, whichever host brought them. */
function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'cancelled';
}

/** One for each tab or window, the same after a reload. */
const newAuthor = () => `window-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;

export const studio = new Studio(chooseHost());
