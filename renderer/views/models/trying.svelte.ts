import type { DatasetSummary, SampleRow } from '../../../common/dataset.ts';
import type { AssetKind } from '../../../common/host.ts';
import { NO_JOB, type JobProgress } from '../../../common/job.ts';
import type { ScanSettings } from '../../../common/scan.ts';
import type { Proof, Trial } from '../../../common/trial.ts';
import { studio } from '../../studio.svelte.ts';
import { LARGEST, mapsOf, type TriedMap } from './maps.ts';

export interface Tried {
  trial: Trial;
  /** what it was tried with */
  settings: ScanSettings;
  /** the picture, at most LARGEST a side */
  picture: ImageBitmap;
  maps: TriedMap[];
}

/** What of a dataset's ensemble is tried out: on one picture, or how one member reads best. One at a time. */
export class Trying {
  /** the picture to try on; null: none is chosen yet */
  sample = $state.raw<SampleRow | null>(null);
  tried = $state.raw<Tried | null>(null);
  /** by model file */
  proofs = $state.raw<ReadonlyMap<string, Proof>>(new Map());
  /** what runs right now */
  running = $state.raw<{ job: 'try'; sample: string } | { job: 'prove'; file: string } | null>(null);
  /** seconds it runs */
  seconds = $state(0);
  /** how far a proof is */
  progress = $state.raw<JobProgress>(NO_JOB);
  stopping = $state(false);
  /** why it cannot be had, one sentence */
  refusal = $state.raw<{ job: 'try' | 'prove'; text: string } | null>(null);

  private readonly dataset: DatasetSummary;
  /** of `sample` in the order of the dataset, as far as it is known */
  private at = -1;
  private choosing: Promise<unknown> | null = null;

  constructor(dataset: DatasetSummary) {
    this.dataset = dataset;
  }

  get isEmpty() {
    return this.dataset.samples === 0;
  }

  /** What was tried on the picture that is chosen now; null: nothing yet. */
  get ofSample(): Tried | null {
    return this.tried?.trial.sample === this.sample?.name ? this.tried : null;
  }

  /** Something that `settings` say has changed since: another outcome may be expected. */
  isStale(settings: ScanSettings | null): boolean {
    if (!this.tried || !settings) return false;
    const of = ({ models, members, tta, merge, temperature, window, folds }: ScanSettings) =>
      JSON.stringify([models, members, tta, merge, temperature, window, folds]);
    return of(this.tried.settings) !== of(settings);
  }

  /** Chooses a picture by name. */
  choose(name: string) {
    return this.take(async () => studio.call('sample', { dataset: this.dataset.id, sample: name }));
  }

  /** Chooses a picture by its place in the dataset, round the end. */
  chooseAt(index: number) {
    const { id, samples } = this.dataset;
    const after = samples ? ((index % samples) + samples) % samples : 0;
    this.at = after;
    return this.take(async () => (await studio.call('samples', { dataset: id, after, limit: 1 })).rows.at(0));
  }

  next = () => this.chooseAt(this.at + 1);

  random = () => this.chooseAt(Math.floor(Math.random() * this.dataset.samples));

  async try(settings: ScanSettings) {
    await this.choosing;
    const { sample } = this;
    if (!sample || this.running) return;
    await this.run({ job: 'try', sample: sample.name }, async () => {
      const trial = await studio.call('try', { dataset: this.dataset.id, settings, sample: sample.name });
      const loaded = await load(trial, sample);
      this.tried?.picture.close();
      this.tried = { trial, settings, ...loaded };
    });
  }

  async prove(file: string) {
    if (this.running) return;
    const stopListening = studio.on((event) => {
      if (event.type === 'trial') this.progress = event.progress;
    });
    await this.run({ job: 'prove', file }, async () => {
      const proof = await studio.call('prove', { dataset: this.dataset.id, model: file });
      this.proofs = new Map(this.proofs).set(file, proof);
    });
    stopListening();
    this.progress = NO_JOB;
  }

  async cancel() {
    if (!this.running) return;
    this.stopping = true;
    await studio.attempt(() => studio.call('cancel', { dataset: this.dataset.id, job: 'trial' }));
  }

  /** The choice made last is the one that counts, whichever answer comes last. */
  private async take(read: () => Promise<SampleRow | undefined>) {
    const choosing = studio.attempt(read);
    this.choosing = choosing;
    const sample = await choosing;
    if (sample && this.choosing === choosing) this.sample = sample;
  }

  private async run(running: NonNullable<Trying['running']>, work: () => Promise<void>) {
    const started = performance.now();
    const clock = setInterval(() => (this.seconds = (performance.now() - started) / 1000), 100);
    [this.running, this.seconds, this.refusal, this.stopping] = [running, 0, null, false];
    try {
      await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const text = error instanceof Error ? error.message : String(error);
      if (code !== 'cancelled') this.refusal = { job: running.job, text };
    } finally {
      clearInterval(clock);
      [this.running, this.stopping] = [null, false];
    }
  }
}

/** Everything that is shown of a trial: the engine keeps its planes only until the next. */
async function load(trial: Trial, sample: SampleRow): Promise<Pick<Tried, 'picture' | 'maps'>> {
  const get = async (kind: AssetKind, query: Parameters<typeof studio.asset>[2] = {}) => {
    const reply = await fetch(studio.asset(kind, sample.name, query));
    if (!reply.ok)
      throw new Error((await reply.text()) || `Expected a ${kind} of ${sample.name}, found ${reply.status}.`);
    return reply;
  };
  const bytes = async (reply: Promise<Response>) => new Uint8Array(await (await reply).arrayBuffer());
  const [picture, given, ...planes] = await Promise.all([
    get('thumb', { size: LARGEST }).then(async (reply) => createImageBitmap(await reply.blob())),
    sample.mask === null ? null : bytes(get('given')),
    ...trial.parts.map(({ scan }) => bytes(get('tried', { scan }))),
  ]);
  const { width, height } = trial;
  const parts = trial.parts.map((part, i) => ({ ...part, bytes: planes[i] }));
  return { picture, maps: mapsOf({ width, height, given, parts }) };
}

let current: { dataset: string; trying: Trying } | null = null;

/** The one of the opened dataset; what was tried is there when the view is entered again. */
export function tryingOf(dataset: DatasetSummary): Trying {
  if (current?.dataset !== dataset.id) current = { dataset: dataset.id, trying: new Trying(dataset) };
  return current.trying;
}
