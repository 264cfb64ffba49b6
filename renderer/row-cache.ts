import { idOf } from './case-key.ts';
import type { QueueCase } from './case-list.ts';

/** The rows that were read last, by id; the oldest leave when there are more than `limit`. */
export class RowCache {
  private readonly rows = new Map<string, QueueCase>();
  private readonly reading = new Set<string>();
  private readonly read: (keys: string[]) => Promise<QueueCase[]>;
  private readonly limit: number;

  constructor(read: (keys: string[]) => Promise<QueueCase[]>, limit: number) {
    this.read = read;
    this.limit = limit;
  }

  get(id: string): QueueCase | undefined {
    return this.rows.get(id);
  }

  /** Changes a row that is kept; any other is read fresh when it is wanted. */
  update(id: string, change: Partial<QueueCase>) {
    const row = this.rows.get(id);
    if (row) this.rows.set(id, { ...row, ...change });
  }

  /** Reads those that are neither kept nor on their way; false: none was missing. */
  async load(keys: readonly string[]): Promise<boolean> {
    const missing = keys.filter((key) => !this.rows.has(idOf(key)) && !this.reading.has(key));
    if (!missing.length) return false;
    for (const key of missing) this.reading.add(key);
    const rows = await this.read(missing).finally(() => missing.forEach((key) => this.reading.delete(key)));
    for (const row of rows) this.rows.set(row.id, row);
    for (const id of this.rows.keys()) {
      if (this.rows.size <= Math.max(this.limit, keys.length)) break;
      this.rows.delete(id);
    }
    return true;
  }

  clear() {
    this.rows.clear();
  }
}
