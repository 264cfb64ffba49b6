import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { Finding, SampleRow } from '../../../common/dataset.ts';
import type { ScanResult, ScanSettings, ScanState } from '../../../common/scan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { Cancelled } from '../errors.ts';
import { inParallel, throwIfCancelled, type Long } from '../long.ts';
import { makeProject, type Project } from '../project.ts';
import { membersFor, openEnsemble, type Ensemble } from './ensemble.ts';
import { listPlanes, planesFile } from './results/planes.ts';
import { sampledOf } from './places.ts';
import { Progress } from './progress.ts';
import type { Task } from './protocol.ts';
import { readRecord, scanFolder, writeRecord } from './results/record.ts';
import type { Results } from './results/results.ts';
import { Run } from './run.ts';
import { statOf } from './source.ts';
import { measuredOf } from './sureness.ts';
import { openLineWriter } from './results/tail.ts';

export interface ScanOptions extends Long<ScanState> {
  /** follows what this scan finds, and knows what earlier runs found */
  results: Results;
  /** only the first so many pictures */
  limit?: number;
  /** [i, n], i from 1: only every n-th picture, from the i-th on; several machines can share a project folder */
  shard?: [number, number];
  /** of another scan with the same models, see surenessOf; absent: measured */
  sureness?: number;
  /** what an inference process is started with: worker.ts, or what it was built to */
  workerFile: string;
  /** once models and folds are known to be usable, before anything is written */
  onBegin?: () => Promise<void>;
}

/**
 * Scans every picture that has not been scanned with these models and settings: planes and results go to the cache as
 * they come, so that a run that ends early, however it ends, is gone on with by the next. Rejects with InputError where
 * no model is usable, with Cancelled where the signal says so; what concerns one model or picture is a finding.
 */
export async function scanDataset(
  dataset: Dataset,
  project: Project,
  settings: ScanSettings,
  options: ScanOptions,
): Promise<ScanResult> {
  const { results, signal, onBegin } = options;
  const ensemble = await openEnsemble(dataset, settings);
  throwIfCancelled(signal);
  await onBegin?.();
  const { key } = ensemble.record;
  await makeProject(project);
  const sureness = options.sureness ?? (await readRecord(project, key))?.sureness;
  if (sureness !== undefined) ensemble.record.sureness = sureness;
  await writeRecord(project, ensemble.record);
  results.held = true;
  try {
    await results.use(key);
    return await scanWith(ensemble, dataset, project, settings, options);
  } finally {
    results.held = false;
  }
}

async function scanWith(
  ensemble: Ensemble,
  dataset: Dataset,
  project: Project,
  settings: ScanSettings,
  options: ScanOptions,
): Promise<ScanResult> {
  const { results, signal, onProgress = () => undefined } = options;
  const { key } = ensemble.record;
  const samples = chosen(dataset.samples, options);
  const known = [...ensemble.findings, ...(settings.window ? [] : tooLarge(samples, dataset.classMap.classes.length))];
  const progress = new Progress(samples.length, known, onProgress);
  progress.set({ sureness: ensemble.record.sureness ?? null });
  const tasks = await toDo(dataset, project, ensemble, samples, progress, options);
  const writer = await openLineWriter(join(scanFolder(project, key), resultsName(options.shard)));
  const run = new Run({ dataset, project, settings, ensemble, progress, writer, ...options });
  try {
    await run.all(tasks);
  } finally {
    await writer.close();
    await results.refresh();
    progress.flush();
  }
  if (signal?.aborted) throw new Cancelled('The scan was cancelled; what it had done is kept.');
  const { scanned, cached, failed, cases, provider, processes, tried, sureness, findings, stages } = progress.state;
  const ran = { seconds: progress.seconds, provider, processes, tried, stages };
  return { scanned, cached, failed, cases, ...ran, sureness, findings };
}

function chosen(samples: readonly SampleRow[], { limit = Infinity, shard = [1, 1] }: ScanOptions): SampleRow[] {
  const [part, parts] = shard;
  return samples.filter((_, i) => i % parts === part - 1).slice(0, limit);
}

/** Bytes of one map of probabilities from which on running a picture whole is likely to end the process. */
const WHOLE = 2 ** 30;

/** Said beforehand, because a process that runs out of memory cannot say anything. */
function tooLarge(samples: readonly SampleRow[], classes: number): Finding[] {
  const large = samples.filter(({ width, height }) => 4 * classes * width * height > WHOLE);
  if (!large.length) return [];
  const [{ image, width, height }] = large;
  const many = large.length > 1 ? ` as are ${large.length - 1} more` : '';
  const problem = `Expected pictures that fit in memory whole, found ${width}×${height} pixels with ${classes} classes${many}: run them in windows.`;
  return [{ file: image, problem }];
}

/**
 * Machines that share a file system cannot append to one file at the same time (network file systems do not order it), so
 * each part has a file, and each machine that runs it its own.
 */
const resultsName = (shard?: [number, number]) =>
  shard ? `results-${shard.join('-of-')}-${hostname().replace(/[^\w.-]/g, '_')}.jsonl` : 'results.jsonl';

/** The pictures that are not done yet, or no longer what they were; none of them is read for it. */
async function toDo(
  dataset: Dataset,
  project: Project,
  ensemble: Ensemble,
  samples: readonly SampleRow[],
  progress: Progress,
  { results, signal }: ScanOptions,
): Promise<Task[]> {
  const { key } = ensemble.record;
  const planes = await listPlanes(project, key);
  const heldOut = dataset.samples.filter((sample) => isHeldOut(ensemble, sample)).map(({ name }) => name);
  const sampled = sampledOf(heldOut);
  const tasks: (Task | null)[] = samples.map(() => null);
  const look = async (sample: SampleRow, id: number) => {
    const there = planes.has(basename(planesFile(project, key, sample.name)));
    const before = there ? results.source(sample.name) : undefined;
    const now = before && (await statOf(dataset.folder, sample).catch(() => null));
    if (before && before.stat === now) {
      const { cached, cases } = progress.state;
      progress.set({ cached: cached + 1, cases: cases + results.caseCount(sample.name) });
    } else {
      const judges = membersFor(ensemble, sample, () => true);
      tasks[id] = {
        ...{ id, sample, known: before?.hash ?? null, size: null },
        ...judges,
        sampled: sampled.has(sample.name),
      };
    }
  };
  await inParallel(samples, 32, look, signal);
  const wanted = tasks.filter((task) => task !== null);
  const measure = ensemble.record.sureness === undefined && wanted.some(({ sample }) => sample.mask !== null);
  return measure ? [...toMeasure(dataset, ensemble, heldOut, samples.length), ...wanted] : wanted;
}

/** Tasks that tell how sure the members may be of themselves; ids from `first` on. */
function toMeasure({ byName }: Dataset, ensemble: Ensemble, heldOut: readonly string[], first: number): Task[] {
  const samples = measuredOf(heldOut).flatMap((name) => byName.get(name) ?? []);
  return samples.map((sample, i): Task => {
    const judges = membersFor(ensemble, sample, () => true);
    return { id: first + i, sample, ...judges, known: null, size: null, sampled: true, measure: true };
  });
}

/** A labelled picture that is scored by members that did not train on it. */
const isHeldOut = (ensemble: Ensemble, sample: SampleRow): boolean =>
  sample.mask !== null && membersFor(ensemble, sample, () => true).heldOut;
