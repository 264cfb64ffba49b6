import type { Finding } from '../../../../common/dataset.ts';
import type { Provider, Task } from '../protocol.ts';

/** Pictures in a row that the provider in use refuses and the next one runs, after which it is given up. */
const BLAME = 3;

interface Handed {
  from: Provider;
  problem: string;
}

/**
 * The providers that can be used, best first, and the pictures that one of them handed on to the next. Only when the next
 * one runs a picture is it known that the fault was not the picture's, nor a model's: until then the first is not blamed.
 */
export class Ladder {
  private readonly providers: Provider[];
  private readonly queues = new Map<Provider, Task[]>();
  private readonly handed = new Map<Task, Handed>();
  /** refused in a row by the provider in use, and not yet known why */
  private doubts = 0;
  /** refused in a row, and run by the next */
  private blame = 0;

  constructor(providers: readonly Provider[]) {
    this.providers = [...providers];
  }

  /** What runs everything but the pictures handed on. */
  get current(): Provider {
    return this.providers[0];
  }

  /** Tasks that wait for some provider. */
  get left(): number {
    let left = 0;
    for (const queue of this.queues.values()) left += queue.length;
    return left;
  }

  waiting(provider: Provider): number {
    return this.queues.get(provider)?.length ?? 0;
  }

  /** The providers after the current one for which something waits. */
  helping(): Provider[] {
    return this.providers.slice(1).filter((provider) => this.waiting(provider));
  }

  after(provider: Provider): Provider | undefined {
    return this.providers[this.providers.indexOf(provider) + 1];
  }

  take(provider: Provider): Task | null {
    return this.queues.get(provider)?.shift() ?? null;
  }

  /** Whether it shall be given pictures that nobody had before. */
  trusts(provider: Provider): boolean {
    return provider === this.current && this.doubts < BLAME;
  }

  /** `problem`: what was found. */
  handOn(task: Task, from: Provider, problem: string): void {
    const next = this.after(from);
    if (!next) throw new Error(`Expected a provider after ${from}.`);
    if (from === this.current) this.doubts++;
    this.handed.set(task, { from, problem });
    this.enqueue(next, task);
  }

  /** A task that its process did not come to. */
  giveBack(task: Task, provider: Provider): void {
    this.enqueue(provider, task);
  }

  /** `blamed`: the current provider has to go. The finding tells of a picture that had to be handed on. */
  finished(provider: Provider, task: Task, done: boolean): { blamed: boolean; finding: Finding | null } {
    const handed = this.handed.get(task);
    this.handed.delete(task);
    if (!handed) {
      if (done && provider === this.current) this.doubts = this.blame = 0;
      return { blamed: false, finding: null };
    }
    if (handed.from === this.current) {
      this.doubts = Math.max(0, this.doubts - 1);
      if (done && ++this.blame >= BLAME) return { blamed: true, finding: findingOf(task, handed, provider) };
    }
    return { blamed: false, finding: done ? findingOf(task, handed, provider) : null };
  }

  /** Gives a provider up; what waits for it waits for the next, which is returned. Undefined: there is none, it stays. */
  giveUp(provider: Provider): Provider | undefined {
    const next = this.after(provider);
    if (!next) return undefined;
    this.providers.splice(this.providers.indexOf(provider), 1);
    for (const task of this.queues.get(provider)?.splice(0) ?? []) this.enqueue(next, task);
    this.doubts = this.blame = 0;
    return next;
  }

  private enqueue(provider: Provider, task: Task): void {
    // One that was given up is not asked again.
    const place = this.providers.includes(provider) ? provider : this.current;
    const queue = this.queues.get(place);
    if (queue) queue.push(task);
    else this.queues.set(place, [task]);
  }
}

const findingOf = (task: Task, { from, problem }: Handed, provider: Provider): Finding => ({
  file: task.sample.image,
  problem: `Expected ${from} to run it, found: ${problem.replace(/\.$/, '')}. It ran on ${provider}.`,
});
