import type { StoredCase } from './db.ts';

/** The rows that were read last, by id; the oldest leave when there are more than `limit`. */
export class RowCache {
  private readonly rows = new Map<string, StoredCase>();
  private readonly reading = new Set<string>();
  private readonly read: (ids: string[]) => Promise<StoredCase[]>;
  private readonly limit: number;

  constructor(read: (ids: string[]) => Promise<StoredCase[]>, limit: number) {
    this.read = read;
    this.limit = limit;
  }

  get(id: string): StoredCase | undefined {
    return this.rows.get(id);
  }

  /** Changes a row that is kept; any other is read fresh when it is wanted. */
  update(id: string, change: Partial<StoredCase>) {
    const row = this.rows.get(id);
    if (row) this.rows.set(id, { ...row, ...change });
  }

  /** Reads those that are neither kept nor on their way; false: none was missing. */
  async load(ids: readonly string[]): Promise<boolean> {
    const missing = ids.filter((id) => !this.rows.has(id) && !this.reading.has(id));
    if (!missing.length) return false;
    for (const id of missing) this.reading.add(id);
    const rows = await this.read(missing).finally(() => missing.forEach((id) => this.reading.delete(id)));
    for (const row of rows) this.rows.set(row.id, row);
    for (const id of this.rows.keys()) {
      if (this.rows.size <= Math.max(this.limit, ids.length)) break;
      this.rows.delete(id);
    }
    return true;
  }

  clear() {
    this.rows.clear();
  }
}
