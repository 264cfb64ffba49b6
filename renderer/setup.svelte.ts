import type { MemberSettings } from '../common/ensemble.ts';
import type { DatasetSummary } from '../common/dataset.ts';
import type { ModelInfo, ScanPlan, ScanSettings } from '../common/scan.ts';
import { classMapOf, problemOf, settingsOf, withMember } from './members.ts';
import { studio } from './studio.svelte.ts';

/** Settings a person can go back to. */
const REMEMBERED = 100;

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
  private past: ScanSettings[] = [];
  private future: ScanSettings[] = [];

  constructor(dataset: DatasetSummary) {
    this.dataset = dataset;
  }

  /** Whether the results there are come from these models and settings, so that a scan goes on with them. */
  get continues(): boolean {
    return this.plan?.scan != null && this.plan.scan === studio.results?.scan;
  }

  /** What is decided about a member by hand. */
  ownOf({ file }: Pick<ModelInfo, 'file'>): MemberSettings {
    return this.settings ? settingsOf(this.settings, file) : { file };
  }

  /** Why a model cannot take part here; null: it can. */
  problemOf(model: ModelInfo): string | null {
    const { classes, name } = this.dataset;
    const own = this.ownOf(model);
    return problemOf(model, { ...own, classMap: classMapOf(model, own, classes) }, classes.length, name);
  }

  /** Adds files, and the ONNX files in folders. */
  async add(paths: string[]) {
    if (!this.settings || !paths.length) return;
    const before = this.models.length;
    await this.set({ models: [...new Set([...this.settings.models, ...paths])] });
    if (this.models.length === before) studio.toast('Expected ONNX files that are not in the list yet, found none.');
  }

  /** A folder in the settings becomes the files that are left of it. What was decided about the member goes with it. */
  remove(model: ModelInfo) {
    return this.set({
      models: this.models.flatMap(({ file }) => (file === model.file ? [] : [file])),
      members: (this.settings?.members ?? []).filter(({ file }) => file !== model.file),
    });
  }

  /** What a change leaves as the file says is no longer kept. */
  setMember(model: ModelInfo, change: Omit<MemberSettings, 'file'>) {
    return this.set({ members: withMember(this.settings?.members ?? [], model, change) });
  }

  resetMember({ file }: ModelInfo) {
    return this.set({ members: (this.settings?.members ?? []).filter((one) => one.file !== file) });
  }

  async set(change: Partial<ScanSettings>) {
    if (!this.settings) return;
    this.past = [...this.past, this.settings].slice(-REMEMBERED);
    this.future = [];
    await this.put({ ...this.settings, ...change });
  }

  undo() {
    return this.turnBack(this.past, this.future, 'There is nothing to undo among the settings.');
  }

  redo() {
    return this.turnBack(this.future, this.past, 'There is nothing to redo among the settings.');
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
    const loaded = (await studio.attempt(() => studio.call('settings', { dataset: this.dataset.id }))) ?? null;
    if (JSON.stringify(loaded) !== JSON.stringify(this.settings)) this.past = this.future = [];
    this.settings = loaded;
    await this.look(true);
  }

  private async turnBack(from: ScanSettings[], to: ScanSettings[], nothing: string) {
    const settings = from.pop();
    if (!settings || !this.settings) return studio.toast(nothing);
    to.push(this.settings);
    await this.put(settings);
  }

  private async put(settings: ScanSettings) {
    const before = this.settings;
    this.settings = settings;
    const saved = await studio.attempt(() => studio.call('saveSettings', { dataset: this.dataset.id, settings }));
    // Device and processes change neither who scores whom nor what is found.
    if (saved && !sameBut(['device', 'processes'], before, settings))
      await this.look(before?.models !== settings.models);
  }

  /** Asks what the models say about themselves, where that may have changed, and who would score whom. */
  private async look(models: boolean) {
    const { settings } = this;
    if (!settings) return;
    this.reading = true;
    const answers = await studio.attempt(() =>
      Promise.all([
        models ? studio.call('describe', { models: settings.models }) : null,
        studio.call('plan', { dataset: this.dataset.id, settings }),
      ]),
    );
    if (answers?.[0] && settings.models === this.settings?.models) this.models = answers[0];
    // A slower answer about older settings must not take the place of a newer one.
    if (settings !== this.settings) return;
    if (answers) this.plan = answers[1];
    this.reading = false;
  }
}

function sameBut(left: readonly (keyof ScanSettings)[], a: ScanSettings | null, b: ScanSettings): boolean {
  return (
    a !== null && (Object.keys(b) as (keyof ScanSettings)[]).every((key) => left.includes(key) || a[key] === b[key])
  );
}

let current: { dataset: string; setup: Setup } | null = null;

/** The one setup of the opened dataset, for every view and the bar above them. */
export function setupOf(dataset: DatasetSummary): Setup {
  if (current?.dataset !== dataset.id) {
    current = { dataset: dataset.id, setup: new Setup(dataset) };
    void current.setup.load();
  }
  return current.setup;
}
