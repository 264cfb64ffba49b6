import type { Task } from './protocol.ts';

/** From this many pictures of one size on it pays to make sessions for that size. */
const MANY = 50;

const nameOf = ({ width, height }: { width: number; height: number }) => `${width}×${height}`;

/** Tasks of one chain of members belong together: a process that stays with them loads their sessions once. */
export const chainOf = ({ members, sample, size }: Pick<Task, 'members' | 'sample' | 'size'>): string =>
  `${members.join()} ${sample.mask === null ? 'unlabelled' : 'labelled'} ${size ? nameOf(size) : 'any size'}`;

/** Gives the tasks their `size`: that of their picture, where many for the same members have it. */
export function withSizes(tasks: readonly Task[]): Task[] {
  const sized = tasks.map((task) => ({ ...task, size: { width: task.sample.width, height: task.sample.height } }));
  const counts = new Map<string, number>();
  for (const task of sized) counts.set(chainOf(task), (counts.get(chainOf(task)) ?? 0) + 1);
  return sized.map((task) => ((counts.get(chainOf(task)) ?? 0) < MANY ? { ...task, size: null } : task));
}

/** A process, told apart by being itself. */
export type Seat = object;

/** Tasks by chain. Each process works through one chain at a time and then takes one that nobody has begun. */
export class TaskQueue {
  /** tasks that one process has the planes of already: others take them only when nothing else is left */
  private readonly reserved = new Map<Seat, Task[]>();
  private readonly groups = new Map<string, { tasks: Task[]; begun: boolean }>();

  add(task: Task, seat?: Seat): void {
    if (seat) this.reserved.set(seat, [...(this.reserved.get(seat) ?? []), task]);
    else this.addToAll(task);
  }

  private addToAll(task: Task): void {
    const key = chainOf(task);
    const group = this.groups.get(key);
    if (group) group.tasks.push(task);
    else this.groups.set(key, { tasks: [task], begun: false });
  }

  get size(): number {
    let size = 0;
    for (const { tasks } of this.groups.values()) size += tasks.length;
    for (const tasks of this.reserved.values()) size += tasks.length;
    return size;
  }

  /** The next task for a process whose last one was of `chain`; null: none left. */
  take(chain: string | null, seat?: Seat): Task | null {
    return (seat && this.reservedFor(seat)) ?? this.takeFromAll(chain) ?? this.anyReserved();
  }

  private reservedFor(seat: Seat): Task | null {
    return this.reserved.get(seat)?.shift() ?? null;
  }

  private anyReserved(): Task | null {
    return [...this.reserved.values()].find((tasks) => tasks.length)?.shift() ?? null;
  }

  private takeFromAll(chain: string | null): Task | null {
    const own = chain === null ? undefined : this.groups.get(chain);
    const group = own?.tasks.length ? own : this.largest();
    if (!group) return null;
    group.begun = true;
    return group.tasks.shift() ?? null;
  }

  /** Takes every waiting task out. */
  clear(): Task[] {
    const all = [...[...this.groups.values()].flatMap(({ tasks }) => tasks), ...[...this.reserved.values()].flat()];
    this.groups.clear();
    this.reserved.clear();
    return all;
  }

  /** The first chain nobody has begun, else the one with most left to share. */
  private largest() {
    const left = [...this.groups.values()].filter(({ tasks }) => tasks.length);
    return left.find(({ begun }) => !begun) ?? left.sort((a, b) => b.tasks.length - a.tasks.length).at(0);
  }
}
