import { tableOf, type CaseTable } from '../common/case-table.ts';
import { learn, learnedScores, RANKED, whatMoves, type Learned, type Lesson, type Move } from '../common/learn.ts';
import { idOf } from './case-key.ts';
import type { DatasetStore, StoredCase } from './db.ts';

/** Rows read at a time, so that the window stays quick meanwhile. */
const SLICE = 1_000;

/**
 * What verdicts teach about the cases that are still open. It follows from what is stored, so it is the same after a reload
 * and in every window; only what a person found by looking at a case for itself counts.
 */
export class Learning {
  /** verdicts it has learned from */
  lessons = $state(0);

  private readonly store: DatasetStore;
  /** keys of all cases as scanned, and those the rows were read for */
  private keys: readonly string[] = [];
  private read: readonly string[] | null = null;
  private rows: StoredCase[] = [];
  private places = new Map<string, number>();
  private table: CaseTable | null = null;
  private learned: Learned | null = null;
  private scores: Float64Array | null = null;
  /** grows with every change of the scores, which are not reactive themselves */
  private version = $state(0);
  private tail: Promise<void> = Promise.resolve();

  constructor(store: DatasetStore) {
    this.store = store;
  }

  /** Learns from the verdicts stored now. `keys`: of all cases as scanned, where there are others than before. */
  follow(keys = this.keys): Promise<void> {
    this.keys = keys;
    const turn = this.tail.then(() => this.learn());
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /** Probability 0..1 after the verdicts; undefined where nothing was learned about it. */
  scoreOf(id: string): number | undefined {
    const at = this.version >= 0 ? this.places.get(id) : undefined;
    return at === undefined ? undefined : this.scores?.[at];
  }

  /** True for those that are ranked anew. */
  covers(key: string): boolean {
    return this.places.has(idOf(key));
  }

  /** What moved a score, the most first; nothing where nothing was learned about it. */
  movesOf(id: string): Move[] {
    const at = this.version >= 0 ? this.places.get(id) : undefined;
    return at === undefined || !this.table || !this.learned ? [] : whatMoves(this.table, this.learned, at);
  }

  private async learn(): Promise<void> {
    const found = await this.store.findings();
    if (!found.length && !this.learned) return;
    if (found.length) await this.readFirst(this.keys);
    await this.readMissing(found.map(({ id }) => id));
    const lessons = found.flatMap(({ id, error }): Lesson[] => {
      const index = this.places.get(id);
      return index === undefined ? [] : [{ index, error: error === 1 }];
    });
    this.table ??= tableOf(this.rows);
    this.learned = learn(this.table, lessons);
    this.scores = this.learned && learnedScores(this.table, this.learned);
    this.lessons = lessons.length;
    this.version++;
  }

  private async readFirst(keys: readonly string[]) {
    if (keys === this.read) return;
    const rows: StoredCase[] = [];
    for (let at = 0; at < Math.min(RANKED, keys.length); at += SLICE) {
      const slice = await this.store.cases.bulkGet(keys.slice(at, Math.min(at + SLICE, RANKED)));
      for (const row of slice) if (row) rows.push(row);
    }
    this.read = keys;
    this.take(rows);
  }

  /** Somebody decided a case that comes late in the order. */
  private async readMissing(ids: readonly string[]) {
    const missing = ids.filter((id) => !this.places.has(id));
    if (!missing.length) return;
    const rows = await this.store.cases.where('id').anyOf(missing).toArray();
    if (rows.length) this.take([...this.rows, ...rows]);
  }

  private take(rows: StoredCase[]) {
    this.rows = rows;
    this.places = new Map(rows.map(({ id }, i) => [id, i]));
    this.table = null;
  }
}
