import { giveBack } from './memory.ts';
import type { Task } from './protocol.ts';
import type { Made } from './sessions.ts';

/** Bytes kept at most: what goes beyond is run again. */
const MOST = 128e6;

/** What the members gave for one picture. */
export type Given = Pick<Made, 'planes' | 'votes'>;

/**
 * What the pictures gave that were run to measure something, until they are scanned: by then more is known, but what
 * the members say stays the same. By the bytes of the picture and the members that ran.
 */
export class Held {
  private readonly all = new Map<string, Given>();
  private bytes = 0;

  /** Afterwards `given` belongs to this. */
  keep(task: Task, hash: string, given: Given): void {
    const size = sizeOf(given);
    if (this.bytes + size > MOST) return giveBackAll(given);
    this.all.set(nameOf(task, hash), given);
    this.bytes += size;
  }

  /** Once. */
  take(task: Task, hash: string): Given | null {
    const name = nameOf(task, hash);
    const given = this.all.get(name);
    if (!given) return null;
    this.all.delete(name);
    this.bytes -= sizeOf(given);
    return given;
  }
}

const nameOf = ({ members }: Task, hash: string) => `${hash} ${members.join()}`;

const sizeOf = ({ planes, votes }: Given) =>
  planes.length + (votes ?? []).reduce((sum, { classes }) => sum + classes.length, 0);

/** Gives back the memory of planes and votes, see giveBack. */
export function giveBackAll({ planes, votes }: Given): void {
  giveBack(planes);
  for (const { classes } of votes ?? []) giveBack(classes);
}
