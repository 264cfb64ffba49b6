import type { Task } from './protocol.ts';

/**
 * Tasks that have to be over before any other begins, because the others need to know what came of them. What fails among
 * them is over as well.
 */
export class First {
  /** names of the pictures of the first tasks */
  readonly names: readonly string[];
  private readonly out: Set<number>;
  private waiting: readonly Task[];

  /** `first` may be empty: then nothing has to wait. */
  constructor(first: readonly Task[], waiting: readonly Task[]) {
    this.names = first.map(({ sample }) => sample.name);
    this.out = new Set(first.map(({ id }) => id));
    this.waiting = waiting;
  }

  /** How many wait for the first ones. */
  get left(): number {
    return this.waiting.length;
  }

  /** True with the last of them. */
  isLast({ id }: Task): boolean {
    return this.out.delete(id) && this.out.size === 0;
  }

  /** Hands out those that waited, once. */
  release(): readonly Task[] {
    const released = this.waiting;
    this.waiting = [];
    return released;
  }
}
