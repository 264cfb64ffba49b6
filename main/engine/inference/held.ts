import { giveBack } from './memory.ts';
import type { Task } from './protocol.ts';
import type { Made } from './sessions.ts';

/** Bytes kept at most: what goes beyond is run again. */
const MOST = 128e6;

/** What the members say of one picture. */
export type Answer = Pick<Made, 'planes' | 'votes'>;

/**
 * What the members said of pictures that were run to measure something, until they are scanned: by then more is known, but what
 * they say stays the same. By picture, its bytes and the members that ran: of pictures with the same bytes each has to keep
 * probabilities of its own.
 */
export class Held {
  private readonly all = new Map<string, Answer>();
  private bytes = 0;

  /** Afterwards `answer` belongs to this. */
  keep(task: Task, hash: string, answer: Answer): void {
    const size = sizeOf(answer);
    if (this.bytes + size > MOST) return giveBackAll(answer);
    this.all.set(nameOf(task, hash), answer);
    this.bytes += size;
  }

  /** Once. */
  take(task: Task, hash: string): Answer | null {
    const name = nameOf(task, hash);
    const answer = this.all.get(name);
    if (!answer) return null;
    this.all.delete(name);
    this.bytes -= sizeOf(answer);
    return answer;
  }
}

const nameOf = ({ sample, members }: Task, hash: string) => `${hash} ${members.join()} ${sample.name}`;

const sizeOf = ({ planes, votes }: Answer) =>
  planes.length + (votes ?? []).reduce((sum, { classes }) => sum + classes.length, 0);

/** Gives back the memory of planes and votes, see giveBack. */
export function giveBackAll({ planes, votes }: Answer): void {
  giveBack(planes);
  for (const { classes } of votes ?? []) giveBack(classes);
}
