import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { NAMED_TTA, PLAIN } from '../common/ensemble.ts';
import type { ScanSettings } from '../common/scan.ts';
import type { Dataset } from '../main/engine/dataset/dataset.ts';
import { openDataset } from '../main/engine/dataset/open.ts';
import { membersFor, openEnsemble } from '../main/engine/inference/ensemble.ts';
import { passesFor } from '../main/engine/inference/passes-for.ts';
import { openResults } from '../main/engine/inference/results/results.ts';
import { scanDataset } from '../main/engine/inference/scan.ts';
import { projectOf } from '../main/engine/project.ts';
import type { BareJob, BareTimes } from './bare.ts';
import { everyJob, usualJobs, type Job } from './jobs.ts';
import { mean, median } from './median.ts';
import { watchUsage } from './usage.ts';

/**
 * What a scan costs beside what cannot be spared: wall time of the scan over the time its passes take when the models are
 * run bare, in as many processes of one thread each, all busy at once. Medians over several repetitions of both.
 */

const root = resolve(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', multiple: true },
    limit: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
    repeat: { type: 'string', default: '3' },
    tta: { type: 'string', default: 'hflip' },
    /** every way to run a network, instead of the day's work */
    every: { type: 'boolean', default: false },
    /** only jobs whose name holds this */
    only: { type: 'string', default: '' },
  },
});

/** Runs of each model that the scan of these pictures needs. */
async function passesOf(dataset: Dataset, settings: ScanSettings, limit?: number): Promise<Map<string, number>> {
  const ensemble = await openEnsemble(dataset, settings);
  const passes = new Map<string, number>();
  for (const sample of dataset.samples.slice(0, limit))
    for (const member of membersFor(ensemble, sample, () => true).members) {
      const { file } = ensemble.members[member];
      passes.set(file, (passes.get(file) ?? 0) + passesFor(ensemble, settings, sample, [member]));
    }
  return passes;
}

/**
 * Seconds that all passes take, run bare in all processes at once: the sum over passes, each taken to last as long as
 * those measured do in the mean, shared by the processes; and of processor time, not shared.
 */
async function bareSeconds(
  passes: Map<string, number>,
  { width, height }: { width: number; height: number },
  processes: number,
): Promise<{ wall: number; cpu: number }> {
  const job: BareJob = { files: [...passes.keys()], width, height, seconds: 4 + passes.size };
  const children = Array.from({ length: processes }, () =>
    fork(join(import.meta.dirname, 'bare.ts'), [], { execArgv: [] }),
  );
  const warm = children.map((child) => once(child, 'message'));
  for (const child of children) child.send(job);
  await Promise.all(warm);
  const measured = children.map((child) => once(child, 'message') as Promise<[BareTimes]>);
  for (const child of children) child.send('go');
  const times = (await Promise.all(measured)).map(([one]) => one);
  for (const child of children) child.kill('SIGKILL');
  const sum = (clock: 'wall' | 'cpu') =>
    [...passes].reduce((all, [file, count]) => all + count * mean(times.flatMap((one) => one[file][clock])), 0);
  return { wall: sum('wall') / processes, cpu: sum('cpu') };
}

async function scanOnce(dataset: Dataset, settings: ScanSettings, temp: string, limit?: number) {
  const folder = await mkdtemp(join(temp, 'project-'));
  const project = await projectOf(dataset.folder, folder);
  const results = await openResults(project);
  const usage = watchUsage();
  const began = performance.now();
  const workerFile = join(root, 'out', 'main', 'worker.js');
  const result = await scanDataset(dataset, project, settings, { results, limit, workerFile });
  const seconds = (performance.now() - began) / 1000;
  const used = usage.stop();
  await rm(folder, { recursive: true });
  return { seconds, used, result };
}

async function measure(job: Job, temp: string): Promise<void> {
  const dataset = await openDataset(job.data, {});
  const { processes = Number(values.processes), window = null } = job;
  const tta = job.tta ?? (values.tta as keyof typeof NAMED_TTA);
  const settings: ScanSettings = {
    ...PLAIN,
    ...{ models: job.models, folds: null, inFold: 0, device: 'cpu', processes, window },
    tta: NAMED_TTA[tta],
  };
  const size = window ? { width: window.size, height: window.size } : dataset.samples[dataset.samples.length >> 1];
  const passes = await passesOf(dataset, settings, job.limit);
  const total = [...passes.values()].reduce((a, b) => a + b, 0);
  const rounds: { wall: number; cpu: number; scan: Awaited<ReturnType<typeof scanOnce>> }[] = [];
  for (let i = 0; i < Number(values.repeat); i++) {
    const before = await bareSeconds(passes, size, processes);
    const scan = await scanOnce(dataset, settings, temp, job.limit);
    const after = await bareSeconds(passes, size, processes);
    const [wall, cpu] = [(before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2];
    rounds.push({ wall, cpu, scan });
    console.log(
      `  ${job.name}, round ${i + 1}: bare ${wall.toFixed(1)} s, scan ${scan.seconds.toFixed(1)} s; processor ${cpu.toFixed(1)} s, ${scan.used.cpu.toFixed(1)} s`,
    );
  }
  const { result } = rounds[0].scan;
  const stages = Object.entries(result.stages).map(
    ([name, s]: [string, number | null]) => `${name} ${s?.toFixed(1) ?? '–'}`,
  );
  const peaks = rounds.flatMap(({ scan }) => scan.used.processes);
  const scan = median(rounds.map((round) => round.scan.seconds));
  const figures = {
    pictures: result.scanned,
    passes: total,
    'bare s': median(rounds.map(({ wall }) => wall)).toFixed(1),
    'scan s': scan.toFixed(1),
    ratio: median(rounds.map(({ wall, scan }) => scan.seconds / wall)).toFixed(3),
    'processor ratio': median(rounds.map(({ cpu, scan }) => scan.used.cpu / cpu)).toFixed(3),
    'pictures/s': (result.scanned / scan).toFixed(1),
    'peak MB, main': Math.max(...rounds.map(({ scan }) => scan.used.main)).toFixed(0),
    'peak MB, inference': Math.max(0, ...peaks).toFixed(0),
  };
  console.log(`\n${job.name}, ${tta}, ${processes} processes of one thread (seconds in them: ${stages.join(', ')})`);
  console.table([figures]);
}

async function jobs(temp: string): Promise<Job[]> {
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  if (values.data) {
    if (!values.models) throw new Error('Expected --models with --data, found none.');
    const models = values.models.map((file) => resolve(file));
    return [{ name: values.data, data: resolve(values.data), models, limit }];
  }
  return values.every ? everyJob(temp) : usualJobs(temp, limit);
}

const temp = await mkdtemp(join(tmpdir(), 'winnow-bench-'));
try {
  for (const job of await jobs(temp)) if (job.name.includes(values.only)) await measure(job, temp);
} finally {
  await rm(temp, { recursive: true, force: true });
}
