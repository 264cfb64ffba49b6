/** The last few things that were loaded, up to so many bytes; the newest one stays whatever its size. */
export class Recent<T extends { bytes: number }> {
  private readonly entries = new Map<string, Promise<T>>();
  private readonly sizes = new Map<string, number>();
  private readonly options: { limit: number; load: (key: string) => Promise<T>; drop?: (value: T) => void };

  /** `limit` in bytes; `drop` is told what leaves */
  constructor(options: { limit: number; load: (key: string) => Promise<T>; drop?: (value: T) => void }) {
    this.options = options;
  }

  /** Loads it, or gives what was loaded; something asked for twice at once is loaded once. A failure is not kept. */
  get(key: string): Promise<T> {
    const known = this.entries.get(key);
    if (known) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known;
    }
    const loading = this.options.load(key);
    this.entries.set(key, loading);
    loading.then(
      (value) => {
        if (this.entries.get(key) !== loading) return;
        this.sizes.set(key, value.bytes);
        this.trim();
      },
      () => this.entries.delete(key),
    );
    return loading;
  }

  clear() {
    for (const key of [...this.entries.keys()]) this.remove(key);
  }

  private trim() {
    let total = [...this.sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const oldest = [...this.entries.keys()].slice(0, -1);
    for (const key of oldest) {
      if (total <= this.options.limit) return;
      total -= this.sizes.get(key) ?? 0;
      if (this.sizes.has(key)) this.remove(key);
    }
  }

  private remove(key: string) {
    const entry = this.entries.get(key);
    this.entries.delete(key);
    this.sizes.delete(key);
    const { drop } = this.options;
    if (drop) void entry?.then(drop, () => undefined);
  }
}
