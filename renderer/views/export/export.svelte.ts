import type { ExportPreview, StudioEvent } from '../../../common/api.ts';
import type { DatasetSummary } from '../../../common/dataset.ts';
import { readPreference, writePreference } from '../../db.ts';
import { splitTyped } from '../../paths.ts';
import { studio } from '../../studio.svelte.ts';

/** What an export of one dataset would hold, and where it goes. */
export class TrainSet {
  preview = $state.raw<ExportPreview | null>(null);
  /** absolute; empty: not chosen yet */
  out = $state('');
  /** why it cannot go there, one sentence */
  refusal = $state<string | null>(null);
  /** it can, once what is there may go */
  replaceable = $state(false);

  private readonly dataset: DatasetSummary;

  constructor(dataset: DatasetSummary) {
    this.dataset = dataset;
    void this.load();
  }

  /** Where the view hears events from; returns its undo. */
  start(): () => void {
    return studio.on((event: StudioEvent) => {
      if (event.type === 'journal') void this.look();
    });
  }

  setOut(out: string) {
    this.out = out.trim();
    this.refusal = null;
  }

  async choose() {
    const folder = await studio.pick.target(
      'Choose where the train set goes',
      splitTyped(this.out || this.dataset.folder).folder,
    );
    if (folder) this.setOut(folder);
  }

  /** Runs in the engine; what becomes of it is told by `studio.exporting`. `replace` takes the place of what is there. */
  async run(replace: boolean) {
    const { out } = this;
    if (!out) return this.choose();
    this.refusal = null;
    void writePreference(this.key, out);
    try {
      await studio.call('export', { dataset: this.dataset.id, out, replace });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof Error && 'code' in error ? error.code : null;
      this.replaceable = code === 'occupied';
      if (code === 'input' || code === 'occupied') this.refusal = message;
      else if (code !== 'cancelled') studio.toast(message, 'bad');
    }
  }

  async cancel() {
    await studio.attempt(() => studio.call('cancel', { dataset: this.dataset.id, job: 'export' }));
  }

  private get key() {
    return `export-to-${this.dataset.id}`;
  }

  private async load() {
    const kept = studio.exporting.result?.out ?? (await readPreference<string>(this.key)) ?? '';
    // What was typed in the meantime is newer.
    this.out ||= kept;
    await this.look();
  }

  private async look() {
    this.preview =
      (await studio.attempt(() => studio.call('exportPreview', { dataset: this.dataset.id }))) ?? this.preview;
  }
}
