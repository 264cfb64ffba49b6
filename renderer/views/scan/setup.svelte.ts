import type { DatasetSummary } from '../../../common/dataset.ts';
import type { ModelInfo, ScanPlan, ScanSettings } from '../../../common/scan.ts';
import { studio } from '../../studio.svelte.ts';

/** What a person chooses before a scan of one dataset, and what the chosen models say about themselves. */
export class Setup {
  settings = $state.raw<ScanSettings | null>(null);
  models = $state.raw<ModelInfo[]>([]);
  /** null: not known yet */
  plan = $state.raw<ScanPlan | null>(null);
  /** model files are being read */
  reading = $state(false);

  readonly usable = $derived(this.models.filter((model) => this.problemOf(model) === null));
  private readonly dataset: DatasetSummary;

  constructor(dataset: DatasetSummary) {
    this.dataset = dataset;
  }

  /** Whether the results there are come from these models and settings, so that a scan goes on with them. */
  get continues(): boolean {
    return this.plan?.scan != null && this.plan.scan === studio.results?.scan;
  }

  /** Why a model cannot take part here; null: it can. */
  problemOf({ problem, classes }: ModelInfo): string | null {
    const expected = this.dataset.classes.length;
    if (problem !== null || classes === null || classes === expected) return problem;
    return `Expected ${expected} classes as in ${this.dataset.name}, found ${classes} output channels.`;
  }

  /** Adds files, and the ONNX files in folders. */
  async add(paths: string[]) {
    if (!this.settings || !paths.length) return;
    const before = this.models.length;
    await this.set({ models: [...new Set([...this.settings.models, ...paths])] });
    if (this.models.length === before) studio.toast('Expected ONNX files that are not in the list yet, found none.');
  }

  /** A folder in the settings becomes the files that are left of it. */
  remove(model: ModelInfo) {
    return this.set({ models: this.models.flatMap(({ file }) => (file === model.file ? [] : [file])) });
  }

  async set(change: Partial<ScanSettings>) {
    if (!this.settings) return;
    const settings = { ...this.settings, ...change };
    this.settings = settings;
    const saved = await studio.attempt(() => studio.call('saveSettings', { dataset: this.dataset.id, settings }));
    // Device and processes change neither who scores whom nor what is found.
    if (saved && (change.models || change.tta || change.folds !== undefined)) await this.describe();
  }

  /** Runs in the engine; what becomes of it is told by `studio.scan`. */
  async start() {
    const { settings } = this;
    if (!settings || !this.usable.length) return;
    await studio.attempt(() => studio.call('scan', { dataset: this.dataset.id, settings }));
  }

  async cancel() {
    await studio.attempt(() => studio.call('cancel', { dataset: this.dataset.id, job: 'scan' }));
  }

  /** Another window, or the command line, may have chosen something else since. */
  async load() {
    this.settings = (await studio.attempt(() => studio.call('settings', { dataset: this.dataset.id }))) ?? null;
    await this.describe();
  }

  private async describe() {
    const { settings } = this;
    if (!settings) return;
    this.reading = true;
    const answers = await studio.attempt(() =>
      Promise.all([
        studio.call('describe', { models: settings.models }),
        studio.call('plan', { dataset: this.dataset.id, settings }),
      ]),
    );
    // A slower answer about an older list must not take the place of a newer one.
    if (settings !== this.settings) return;
    if (answers) [this.models, this.plan] = answers;
    this.reading = false;
  }
}

let current: { dataset: string; setup: Setup } | null = null;

/** The one setup of the opened dataset, for the scan view and the bar above every view. */
export function setupOf(dataset: DatasetSummary): Setup {
  if (current?.dataset !== dataset.id) {
    current = { dataset: dataset.id, setup: new Setup(dataset) };
    void current.setup.load();
  }
  return current.setup;
}
