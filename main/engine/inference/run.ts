import { availableParallelism } from 'node:os';
import type { Finding } from '../../../common/dataset.ts';
import type { ScanSettings, StageSeconds } from '../../../common/scan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { Project } from '../project.ts';
import { membersFor, noModel, type Ensemble } from './ensemble.ts';
import { First } from './first.ts';
import { inFoldFor } from './in-fold.ts';
import { unlikely, type Agreement } from './agreement.ts';
import { writeRecord } from './results/record.ts';
import { surenessOf } from './sureness.ts';
import type { ResultLine } from './results/line.ts';
import { runPool, type PoolWork, type TaskMessage } from './pool.ts';
import type { Progress } from './progress.ts';
import type { Plan, Provider, Split, Stages, Task } from './protocol.ts';
import { providersFor } from './device/provider.ts';
import { TaskQueue, withSizes, type Seat } from './queue.ts';
import type { Results } from './results/results.ts';
import type { LineWriter } from './results/tail.ts';

/** One prepares pictures while the other's run. */
const PROCESSES_ON_GPU = 2;

/** Milliseconds between looks at what was appended, for those who watch the results. */
const REFRESH_MS = 250;

interface Parts {
  dataset: Dataset;
  project: Project;
  settings: ScanSettings;
  ensemble: Ensemble;
  progress: Progress;
  writer: LineWriter;
  results: Results;
  workerFile: string;
  signal?: AbortSignal;
}

/** One run over the pictures to do: what comes back from the processes, and what that means for those still waiting. */
export class Run {
  private readonly parts: Parts;
  private readonly queue = new TaskQueue();
  /** those on which sureness is measured */
  private first = new First([], []);
  /** by sample name: the process that has the planes of a picture measured already, see held.ts */
  private readonly measuredBy = new Map<string, Seat>();
  /** members that turned out not to run */
  private readonly dead = new Set<number>();
  private readonly spent: Stages = { decode: 0, model: 0, cases: 0, encode: 0 };
  private readonly agreement: Agreement = { labelled: 0, same: 0 };
  private split: Split | null = null;
  private readonly written: Promise<void>[] = [];
  private readonly stop = new AbortController();
  private problem: Error | null = null;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** `tasks`: those with `measure` come first, and what they tell is known to all others. */
  async all(tasks: readonly Task[]): Promise<void> {
    if (!tasks.length) return;
    const sized = withSizes(tasks);
    this.begin(sized);
    const { dataset, workerFile, signal, results } = this.parts;
    const stop = signal ? AbortSignal.any([signal, this.stop.signal]) : this.stop.signal;
    const watch = setInterval(() => void results.refresh().catch(() => undefined), REFRESH_MS);
    try {
      const processes = (provider: Provider) => Math.min(tasks.length, this.processesOn(provider));
      const plan = this.plan(smallest(sized), tasks.length);
      await runPool(this.work(), { workerFile, plan, processes, signal: stop });
    } finally {
      clearInterval(watch);
      await Promise.all(this.written);
    }
    if (this.problem) throw this.problem;
    const problem = unlikely(this.agreement);
    if (problem) this.note({ file: dataset.name, problem });
  }

  private begin(tasks: readonly Task[]): void {
    const first = tasks.filter(({ measure }) => measure);
    this.first = new First(
      first,
      tasks.filter(({ measure }) => !measure),
    );
    if (first.length) for (const task of first) this.queue.add(task);
    else this.goOn(this.parts.ensemble.record.sureness);
  }

  private goOn(sureness?: number): void {
    for (const task of this.first.release())
      this.queue.add({ ...this.judgedBy(task), sureness }, this.measuredBy.get(task.sample.name));
  }

  private work(): PoolWork {
    return {
      take: (chain, seat) => this.queue.take(chain, seat),
      left: () => this.queue.size + this.first.left,
      finish: (task, message, seat) => this.finish(task, message, seat),
      setAside: (task, problem) => (task.measure ? this.measured(task) : this.fail(task, problem)),
      note: (finding) => this.note(finding),
      ready: (provider, processes) => this.parts.progress.set({ phase: 'running', provider, processes }),
      tried: (tried) => this.parts.progress.set({ tried }),
      split: (split) => (this.split = split),
    };
  }

  private processesOn(provider: Provider): number {
    return this.parts.settings.processes ?? (provider === 'cpu' ? availableParallelism() : PROCESSES_ON_GPU);
  }

  private plan(check: Task, pictures: number): Plan {
    const { dataset, project, settings, ensemble } = this.parts;
    return {
      folder: dataset.folder,
      cache: project.cache,
      scan: ensemble.record.key,
      classMap: dataset.classMap,
      members: ensemble.members,
      tta: settings.tta,
      merge: settings.merge,
      temperature: settings.temperature,
      window: settings.window,
      providers: providersFor(settings.device, process.platform),
      check,
      profile: pictures,
    };
  }

  private get stages(): StageSeconds {
    const { model, ...rest } = this.spent;
    if (!this.split) return { ...rest, pre: null, model, post: null };
    const { split } = this;
    return { ...rest, pre: model * split.pre, model: model * split.model, post: model * split.post };
  }

  private finish(task: Task, message: TaskMessage, seat: Seat): void | Promise<void> {
    if (message.type === 'measured') {
      this.spend(message.stages);
      this.measuredBy.set(task.sample.name, seat);
    }
    // What is wrong with the picture is said when it is scanned.
    if (task.measure && message.type !== 'member') return this.measured(task);
    if (message.type === 'bad') this.fail(task, message.problem);
    else if (message.type === 'member') this.drop(task, message.member, message.problem);
    else if (message.type === 'same') this.keep(task, message.stat);
    else if (message.type === 'done') {
      this.spend(message.stages);
      this.write(message.line);
      if (message.agreement) {
        this.agreement.labelled += message.agreement.labelled;
        this.agreement.same += message.agreement.same;
      }
      const { scanned, cases } = this.parts.progress.state;
      const found = message.line.cases.length;
      this.parts.progress.count({
        scanned: scanned + 1,
        cases: cases + found,
        latest: task.sample.name,
        stages: this.stages,
      });
    }
  }

  private spend(stages: Stages): void {
    for (const [stage, seconds] of Object.entries(stages)) this.spent[stage as keyof Stages] += seconds;
  }

  private measured(task: Task): void | Promise<void> {
    if (this.first.isLast(task)) return this.measure().catch((error: Error) => this.abandon(error));
  }

  private async measure(): Promise<void> {
    const { project, dataset, ensemble, settings, signal } = this.parts;
    const { record } = ensemble;
    const { temperature } = settings;
    const how = { classes: dataset.classMap.classes.length, temperature, signal };
    const sureness = await surenessOf(project, record.key, this.first.names, how);
    await writeRecord(project, { ...record, sureness });
    this.parts.progress.set({ sureness });
    this.goOn(sureness);
  }

  /** The bytes are those scanned before, only the files' times differ: the new times are what is written down. */
  private keep(task: Task, stat: string): void {
    const { results, progress } = this.parts;
    const line = results.line(task.sample.name);
    if (line) this.write({ ...line, stat });
    const { cached, cases } = progress.state;
    progress.count({ cached: cached + 1, cases: cases + (line?.cases.length ?? 0) });
  }

  private write(line: ResultLine): void {
    const done = this.parts.writer.append(JSON.stringify(line));
    done.catch((error: Error) => this.abandon(error));
    this.written[0] = done.catch(() => undefined);
  }

  private fail(task: Task, problem: string): void {
    this.note({ file: task.sample.image, problem });
    this.parts.progress.count({ failed: this.parts.progress.state.failed + 1 });
  }

  private note(finding: Finding): void {
    const { findings } = this.parts.progress.state;
    const known = findings.some(({ file, problem }) => file === finding.file && problem === finding.problem);
    if (!known) this.parts.progress.set({ findings: [...findings, finding] });
  }

  /** A member cannot be run: every picture that waits for it goes to those that are left. */
  private drop(task: Task, member: number, problem: string): void {
    const { ensemble, progress } = this.parts;
    if (!this.dead.has(member)) {
      this.dead.add(member);
      this.note({ file: ensemble.members[member].file, problem });
    }
    if (this.dead.size === ensemble.members.length) return this.abandon(noModel(progress.state.findings));
    for (const one of [task, ...this.queue.clear()]) this.queue.add(this.judgedBy(one));
  }

  /** The task with those members that turned out to run. */
  private judgedBy(task: Task): Task {
    const { ensemble } = this.parts;
    const alive = (one: number) => !this.dead.has(one);
    const again = !task.measure && { inFold: inFoldFor(ensemble, task.sample, alive) };
    return { ...task, ...membersFor(ensemble, task.sample, alive), ...again };
  }

  private abandon(error: Error): void {
    this.problem ??= error;
    this.stop.abort();
  }
}

/** Whatever has to be tried on one picture is tried on one that takes little time. */
const smallest = (tasks: readonly Task[]): Task =>
  tasks.reduce((a, b) => (b.sample.width * b.sample.height < a.sample.width * a.sample.height ? b : a));
