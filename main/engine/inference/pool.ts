import type { Finding } from '../../../common/dataset.ts';
import type { ProviderTrial } from '../../../common/scan.ts';
import { messageOf } from '../errors.ts';
import { chooseProvider } from './device/choose.ts';
import { Ladder } from './device/ladder.ts';
import { InferenceProcess } from './device/process.ts';
import type { FromWorker, Plan, Provider, Split, Task } from './protocol.ts';
import { chainOf, type Seat } from './queue.ts';

/**
 * Pictures a process holds at once: one that runs and some that are read and decoded meanwhile, see ahead.ts. Fewer where
 * they are large or few, so that no process is left with many while another has none.
 */
const WINDOW = 10;
const FEWEST = 4;
const WINDOW_PIXELS = 16e6;
/** Processes that may end one after the other without a single picture done in between. */
const PATIENCE = 8;

export type TaskMessage = Exclude<Extract<FromWorker, { id: number }>, { type: 'refused' }>;

export interface PoolWork {
  /** a task for the process `seat` whose last one was of `chain`; null: nothing left for now */
  take(chain: string | null, seat: Seat): Task | null;
  left(): number;
  /**
   * what became of a task that the process `seat` had; tasks it adds to what `take` gives are fetched at once, and again once
   * its promise holds
   */
  finish(task: Task, message: TaskMessage, seat: Seat): void | Promise<void>;
  /** this picture ended two processes; tasks as above */
  setAside(task: Task, problem: string): void | Promise<void>;
  note(finding: Finding): void;
  /** what runs from now on: once at the start, and when a provider is given up */
  ready(provider: Provider, processes: number): void;
  tried?(trials: ProviderTrial[]): void;
  split?(split: Split): void;
}

export interface PoolOptions {
  workerFile: string;
  plan: Plan;
  /** inference processes for a provider */
  processes: (provider: Provider) => number;
  signal?: AbortSignal;
}

interface Member {
  process: InferenceProcess;
  ready: boolean;
  tasks: Map<number, Task>;
  chain: string | null;
  /** tasks of a process that ended, tried again one at a time */
  suspects: Task[];
}

/**
 * Runs tasks in inference processes until none are left. A process that ends is replaced; what it held is tried again
 * alone, and a picture that ends a process alone is set aside. On a provider other than the CPU such a picture, and one
 * that the provider refuses, is run by the next one of the ladder; a provider that does nothing else is given up. Rejects
 * where no process can be kept running.
 */
export function runPool(work: PoolWork, options: PoolOptions): Promise<void> {
  return new Promise((resolve, reject) => new Pool(work, options, resolve, reject).begin());
}

class Pool {
  private readonly members = new Set<Member>();
  private ladder = new Ladder(['cpu']);
  private deaths = 0;
  private over = false;
  private failure: Error | null = null;
  /** the first process of the pool is the one that may profile */
  private profile: number | undefined;
  private readonly starting = new Set<InferenceProcess>();
  private readonly work: PoolWork;
  private readonly options: PoolOptions;
  private readonly resolve: () => void;
  private readonly reject: (error: Error) => void;

  constructor(work: PoolWork, options: PoolOptions, resolve: () => void, reject: (error: Error) => void) {
    this.work = work;
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
    this.profile = options.plan.profile;
  }

  begin(): void {
    const { signal, plan } = this.options;
    if (signal?.aborted) return this.end();
    signal?.addEventListener('abort', this.end, { once: true });
    // With the CPU alone there is nothing to choose from, and nothing to wait for.
    if (plan.providers.join() === 'cpu') this.settle(['cpu']);
    else void this.choose().catch((error: unknown) => this.fail(messageOf(error)));
  }

  private async choose(): Promise<void> {
    const { plan, processes } = this.options;
    const start = (provider: Provider) => this.start(provider, this.profile);
    const choice = await chooseProvider(plan.providers, plan.check, { start, processes });
    if (this.over) return;
    this.profile = undefined;
    this.starting.clear();
    for (const finding of choice.findings) this.work.note(finding);
    this.work.tried?.(choice.tried);
    if (choice.process) this.adopt(choice.process, []).ready = true;
    this.settle(choice.ladder);
  }

  private start(provider: Provider, profile?: number): InferenceProcess {
    const process = new InferenceProcess(provider, { ...this.options, profile });
    this.starting.add(process);
    return process;
  }

  private settle(providers: Provider[]): void {
    this.ladder = new Ladder(providers);
    this.announce();
    this.fill();
    this.feedAll();
  }

  private announce(): void {
    this.work.ready(this.ladder.current, this.options.processes(this.ladder.current));
  }

  /** Starts the processes that are missing: those of the provider in use, and one for what it handed on. */
  private fill(): void {
    const count = (provider: Provider) =>
      [...this.members].filter(({ process }) => process.provider === provider).length;
    const { current } = this.ladder;
    const needed = Math.min(this.options.processes(current), this.work.left() + this.ladder.waiting(current));
    for (let i = count(current); i < needed; i++) this.spawn(current, []);
    for (const provider of this.ladder.helping()) if (!count(provider)) this.spawn(provider, []);
  }

  private spawn(provider: Provider, suspects: Task[]): void {
    const process = this.start(provider, this.profile);
    this.profile = undefined;
    this.adopt(process, suspects);
  }

  private adopt(process: InferenceProcess, suspects: Task[]): Member {
    const member: Member = { process, ready: false, tasks: new Map(), chain: null, suspects };
    this.starting.delete(process);
    this.members.add(member);
    process.hear = (message) => this.hear(member, message);
    process.lose = () => this.lose(member);
    return member;
  }

  private hear(member: Member, message: FromWorker): void {
    if (this.over || !this.members.has(member)) return;
    if (message.type === 'ready') {
      member.ready = true;
      this.feed(member);
    } else if (message.type === 'unusable') this.giveUp(member, message.problem);
    else if (message.type === 'finding') this.work.note(message.finding);
    else if (message.type === 'split') this.work.split?.(message.split);
    else if (message.type === 'refused') this.handOn(member, message.id, message.problem);
    else if (message.type !== 'checked') this.finish(member, message);
  }

  private finish(member: Member, message: TaskMessage): void {
    const task = this.release(member, message.id);
    if (!task) return;
    this.deaths = 0;
    const ran = message.type === 'done' || message.type === 'measured';
    const { blamed, finding } = this.ladder.finished(member.process.provider, task, ran);
    if (finding) this.work.note(finding);
    this.feedAfter(this.work.finish(task, message, member));
    if (blamed) this.stepDown(this.ladder.current, 'it ran none of the last pictures');
    this.feedAll();
  }

  /** The provider does not run this picture: the next one shall. */
  private handOn(member: Member, id: number, problem: string): void {
    const task = this.release(member, id);
    if (!task) return;
    this.ladder.handOn(task, member.process.provider, problem);
    this.fill();
    this.feedAll();
  }

  private release(member: Member, id: number): Task | undefined {
    const task = member.tasks.get(id);
    member.tasks.delete(id);
    member.suspects = member.suspects.filter((suspect) => suspect !== task);
    return task;
  }

  private feedAfter(more: void | Promise<void>): void {
    void more?.then(() => this.feedAll());
  }

  private feedAll(): void {
    for (const member of this.members) this.feed(member);
    this.endIfDone();
  }

  private feed(member: Member): void {
    if (!member.ready || this.over) return;
    if (member.suspects.length) {
      if (!member.tasks.size) this.give(member, member.suspects[0]);
      return;
    }
    const { provider } = member.process;
    while (this.hasRoom(member)) {
      const task =
        this.ladder.take(provider) ?? (this.ladder.trusts(provider) ? this.work.take(member.chain, member) : null);
      if (!task) break;
      this.give(member, task);
    }
  }

  private hasRoom({ tasks }: Member): boolean {
    const share = Math.ceil(this.work.left() / this.members.size);
    const most = Math.min(WINDOW, Math.max(FEWEST, share));
    let pixels = 0;
    for (const { sample } of tasks.values()) pixels += sample.width * sample.height;
    return tasks.size < (pixels > WINDOW_PIXELS ? Math.min(2, most) : most);
  }

  private give(member: Member, task: Task): void {
    member.tasks.set(task.id, task);
    member.chain = chainOf(task);
    member.process.send({ type: 'task', task });
  }

  /** A process has ended: by itself, by the system, or because of what it worked on. */
  private lose(member: Member): void {
    if (this.over || !this.members.delete(member)) return;
    const { provider, errors } = member.process;
    const held = [...member.tasks.values()];
    let suspects = [...new Set([...held, ...member.suspects])];
    this.deaths++;
    if (member.suspects.length && held.length) {
      const [culprit] = held;
      suspects = suspects.filter((one) => one !== culprit);
      if (this.ladder.after(provider))
        this.ladder.handOn(culprit, provider, `it ends the process. ${errors.trim()}`.trim());
      else
        this.feedAfter(
          this.work.setAside(
            culprit,
            `Expected a picture that can be scanned, found one that ended two inference processes. ${errors.trim()}`.trim(),
          ),
        );
    }
    if (this.deaths > PATIENCE) return this.despair(provider, errors, suspects);
    if (suspects.length) this.spawn(provider, suspects);
    this.fill();
    this.feedAll();
  }

  private despair(provider: Provider, errors: string, suspects: Task[]): void {
    if (!this.ladder.after(provider))
      return this.fail(
        `Expected inference processes that keep running, found that ${this.deaths} ended in a row. ${errors.trim()}`,
      );
    for (const task of suspects) this.ladder.giveBack(task, provider);
    this.stepDown(provider, `${this.deaths} of its processes ended in a row`);
    this.feedAll();
  }

  /** A process could not make use of the provider. Others may go on with it. */
  private giveUp(member: Member, problem: string): void {
    const { provider } = member.process;
    const others = [...this.members].some((one) => one !== member && one.ready && one.process.provider === provider);
    this.drop(member);
    if (others) this.work.note({ file: provider, problem: `Expected one process more to use it, found: ${problem}` });
    else if (this.ladder.after(provider)) this.stepDown(provider, problem);
    else return this.fail(problem);
    this.feedAll();
  }

  /** A provider is given up; what its processes held goes to the next. */
  private stepDown(provider: Provider, why: string): void {
    const inUse = provider === this.ladder.current;
    const next = this.ladder.giveUp(provider);
    if (!next) return this.fail(`Expected ${provider} to run the models, found: ${why}`);
    this.deaths = 0;
    for (const member of [...this.members]) if (member.process.provider === provider) this.drop(member);
    const found = `Expected ${provider} to go on running the models, found: ${why.replace(/\.$/, '')}.`;
    this.work.note({ file: provider, problem: `${found} The rest runs on ${next}.` });
    if (inUse) this.announce();
    this.fill();
  }

  private drop(member: Member): void {
    this.members.delete(member);
    for (const task of new Set([...member.tasks.values(), ...member.suspects]))
      this.ladder.giveBack(task, member.process.provider);
    void member.process.kill();
  }

  private endIfDone(): void {
    const idle = (member: Member) => !member.tasks.size && !member.suspects.length;
    if (!this.starting.size && !this.work.left() && !this.ladder.left && [...this.members].every(idle)) this.end();
  }

  private fail(problem: string): void {
    if (this.over) return;
    this.failure = new Error(problem.trim());
    this.end();
  }

  private end = (): void => {
    if (this.over) return;
    this.over = true;
    this.options.signal?.removeEventListener('abort', this.end);
    const ended = [...this.members].map(({ process }) => process.kill());
    for (const process of this.starting) ended.push(process.kill());
    void Promise.all(ended).then(() => (this.failure ? this.reject(this.failure) : this.resolve()));
  };
}
