import type { Verdict } from '../common/case.ts';
import type { JournalChange } from '../common/journal.ts';
import type { QueueCase } from './case-list.ts';
import type { Status } from './db.ts';

/** Which cases are decided, as far as the journal says and as far as this window has just asked for. */
export class Statuses {
  private decided = new Set<string>();
  /** verdicts on their way to the journal */
  private readonly pending = new Map<string, Verdict>();

  of(row: QueueCase): Status {
    return this.pending.get(row.id) ?? row.status;
  }

  isOpen(id: string): boolean {
    return !this.decided.has(id) && !this.pending.has(id);
  }

  isPending(id: string): boolean {
    return this.pending.has(id);
  }

  /** A line of the journal came in. */
  learn(cases: JournalChange['cases']) {
    for (const { id, verdict } of cases) {
      if (verdict) this.decided.add(id);
      else this.decided.delete(id);
    }
  }

  learnAll(decided: Set<string>) {
    this.decided = decided;
  }

  expect(ids: readonly string[], verdict: Verdict) {
    for (const id of ids) this.pending.set(id, verdict);
  }

  /** The journal has answered, or could not. */
  settle(ids: readonly string[]) {
    for (const id of ids) this.pending.delete(id);
  }
}
