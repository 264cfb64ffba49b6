import { fork, type ChildProcess } from 'node:child_process';
import type { FromWorker, Plan, Provider, Task, ToWorker } from './protocol.ts';
import { chainOf } from './queue.ts';

/** Pictures a process holds at once: one that runs, and enough being read and decoded that the next is ready. */
const WINDOW = 4;
/** Processes that may end one after the other without a single picture done in between. */
const PATIENCE = 8;

export type TaskMessage = Extract<FromWorker, { id: number }>;

export interface PoolWork {
  /** a task for a process whose last one was of `chain`; null: nothing left for now */
  take(chain: string | null): Task | null;
  left(): number;
  /** what became of a task; tasks it adds to what `take` gives are fetched at once */
  finish(task: Task, message: TaskMessage): void;
  /** this picture ended two processes */
  setAside(task: Task, problem: string): void;
  note(finding: { file: string; problem: string }): void;
  ready(provider: Provider, processes: number): void;
}

export interface PoolOptions {
  workerFile: string;
  plan: Plan;
  /** inference processes for a provider */
  processes: (provider: Provider) => number;
  signal?: AbortSignal;
}

interface Member {
  child: ChildProcess;
  ready: boolean;
  trying: Provider | null;
  tasks: Map<number, Task>;
  chain: string | null;
  /** tasks of a process that ended, tried again one at a time */
  suspects: Task[];
  errors: string;
}

/**
 * Runs tasks in inference processes until none are left. A process that ends is replaced; what it held is tried again
 * alone, and a picture that ends a process alone is set aside. Rejects where no process can be kept running.
 */
export function runPool(work: PoolWork, options: PoolOptions): Promise<void> {
  return new Promise((resolve, reject) => new Pool(work, options, resolve, reject).begin());
}

class Pool {
  private readonly members = new Set<Member>();
  private providers: Provider[];
  private wanted = 1;
  private deaths = 0;
  private over = false;
  private failure: Error | null = null;
  private readonly work: PoolWork;
  private readonly options: PoolOptions;
  private readonly resolve: () => void;
  private readonly reject: (error: Error) => void;

  constructor(work: PoolWork, options: PoolOptions, resolve: () => void, reject: (error: Error) => void) {
    this.work = work;
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
    this.providers = options.plan.providers;
  }

  begin(): void {
    const { signal } = this.options;
    if (signal?.aborted) return this.end();
    signal?.addEventListener('abort', this.end, { once: true });
    // With one provider to choose from there is nothing to wait for.
    if (this.providers.length === 1) this.wanted = this.options.processes(this.providers[0]);
    this.fill();
  }

  private fill(): void {
    while (this.members.size < this.wanted) this.spawn([]);
  }

  private spawn(suspects: Task[]): void {
    const child = fork(this.options.workerFile, [], {
      serialization: 'advanced',
      // The collector's own threads would take the cores from the models.
      execArgv: ['--single-threaded-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const member: Member = { child, ready: false, trying: null, tasks: new Map(), chain: null, suspects, errors: '' };
    this.members.add(member);
    child.stderr?.on('data', (text: Buffer) => (member.errors = (member.errors + text.toString()).slice(-2000)));
    child.on('message', (message: FromWorker) => this.hear(member, message));
    child.on('error', (error) => (member.errors += error.message));
    child.on('close', () => this.lose(member));
    // Only the first process looks for a provider; the others take the one it found.
    send(child, { type: 'plan', plan: { ...this.options.plan, providers: this.providers } });
  }

  private hear(member: Member, message: FromWorker): void {
    if (this.over) return;
    if (message.type === 'trying') member.trying = message.provider;
    else if (message.type === 'ready') this.welcome(member, message.provider, message.findings);
    else if (message.type === 'unusable') this.fail(message.problem);
    else if (message.type === 'finding') this.work.note(message.finding);
    else this.finish(member, message);
  }

  private welcome(member: Member, provider: Provider, findings: { file: string; problem: string }[]): void {
    member.ready = true;
    member.trying = null;
    for (const finding of findings) this.work.note(finding);
    this.providers = [provider];
    this.wanted = this.options.processes(provider);
    this.work.ready(provider, this.wanted);
    this.fill();
    this.feed(member);
  }

  private finish(member: Member, message: TaskMessage): void {
    const task = member.tasks.get(message.id);
    if (!task) return;
    member.tasks.delete(message.id);
    member.suspects = member.suspects.filter((suspect) => suspect !== task);
    this.deaths = 0;
    this.work.finish(task, message);
    for (const one of this.members) this.feed(one);
    this.endIfDone();
  }

  private feed(member: Member): void {
    if (!member.ready || this.over) return;
    if (member.suspects.length) {
      const suspect = member.tasks.size ? null : member.suspects[0];
      if (suspect) this.give(member, suspect);
      return;
    }
    while (member.tasks.size < WINDOW) {
      const task = this.work.take(member.chain);
      if (!task) break;
      this.give(member, task);
    }
    this.endIfDone();
  }

  /** A process has ended: by itself, by the system, or because of what it worked on. */
  private lose(member: Member): void {
    this.members.delete(member);
    if (this.over) return;
    const held = [...member.tasks.values()];
    let suspects = [...new Set([...held, ...member.suspects])];
    if (++this.deaths > PATIENCE)
      return this.fail(
        `Expected inference processes that keep running, found that ${this.deaths} ended in a row. ${member.errors.trim()}`,
      );
    if (!member.ready && member.trying && this.providers.length > 1) this.stepDown(member.trying);
    if (member.suspects.length && held.length) {
      this.work.setAside(
        held[0],
        `Expected a picture that can be scanned, found one that ended two inference processes. ${member.errors.trim()}`.trim(),
      );
      suspects = suspects.slice(1);
    }
    if (suspects.length || this.work.left()) this.spawn(suspects);
    this.endIfDone();
  }

  private stepDown(provider: Provider): void {
    this.providers = this.providers.filter((one) => one !== provider);
    this.work.note({
      file: provider,
      problem: `Expected a device that runs the models, found that trying ${provider} ends the process.`,
    });
  }

  private give(member: Member, task: Task): void {
    member.tasks.set(task.id, task);
    member.chain = chainOf(task);
    send(member.child, { type: 'task', task });
  }

  private endIfDone(): void {
    const idle = (member: Member) => !member.tasks.size && !member.suspects.length;
    if (!this.work.left() && [...this.members].every(idle)) this.end();
  }

  private fail(problem: string): void {
    if (this.over) return;
    this.failure = new Error(problem.trim());
    this.end();
  }

  /** Killed, not asked: everything they were told to do is done, or not wanted any more. */
  private end = (): void => {
    if (this.over) return;
    this.over = true;
    this.options.signal?.removeEventListener('abort', this.end);
    const ended = [...this.members].map(({ child }) => new Promise((done) => child.once('close', done)));
    for (const { child } of this.members) child.kill('SIGKILL');
    void Promise.all(ended).then(() => (this.failure ? this.reject(this.failure) : this.resolve()));
  };
}

const send = (child: ChildProcess, message: ToWorker) => {
  if (child.connected) child.send(message, () => undefined);
};
