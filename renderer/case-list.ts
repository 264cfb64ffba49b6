import type { CaseKind } from '../common/case.ts';
import type { DatasetStore, Status, StoredCase } from './db.ts';

/** What the queue shows; null: any. */
export interface CaseFilter {
  kind: CaseKind | null;
  /** class index, as the given or as the proposed class */
  class: number | null;
  status: Status | null;
  /** part of a sample's or of a class's name; empty: any */
  text: string;
}

export const EVERYTHING: CaseFilter = { kind: null, class: null, status: null, text: '' };

/**
 * Ids of all cases that pass the filter, worst first. Reads keys from the indexes, never rows: at half a million cases
 * that is some megabytes, and the rows follow page by page as they come into view.
 */
export async function listCases(
  store: DatasetStore,
  filter: CaseFilter,
  classNames: readonly string[],
): Promise<string[]> {
  const { cases } = store;
  const sorted: Promise<string[]>[] = [];
  const from = (index: string, first: string | number) =>
    sorted.push(cases.where(index).between([first, -Infinity], [first, Infinity]).primaryKeys());
  if (filter.kind !== null) from('[kind+order]', filter.kind);
  if (filter.status !== null) from('[status+order]', filter.status);
  if (filter.class !== null) from('byClass', filter.class);
  if (!sorted.length) sorted.push(cases.orderBy('order').primaryKeys());
  const [lists, named] = await Promise.all([Promise.all(sorted), casesNamed(store, filter.text, classNames)]);
  // Every index gives the same order, so the shortest list can lead and the others only say yes or no.
  const [lead, ...others] = lists.sort((a, b) => a.length - b.length);
  const sets = others.map((list) => new Set(list));
  if (named) sets.push(named);
  return sets.length ? lead.filter((id) => sets.every((set) => set.has(id))) : lead;
}

/** Ids of all cases somebody decided, skipped ones too. */
export async function listDecided(store: DatasetStore): Promise<Set<string>> {
  return new Set(await store.verdicts.toCollection().primaryKeys());
}

/**
 * How many of `ids` (worst first) reach the score: a binary search, so some twenty rows are read, whatever the length.
 */
export async function countAbove(store: DatasetStore, ids: readonly string[], score: number): Promise<number> {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = await store.cases.get(ids[middle]);
    if (row && row.score >= score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows in the order of `ids`; a case that a newer scan took away is left out. */
export async function readCases(store: DatasetStore, ids: readonly string[]): Promise<StoredCase[]> {
  return (await store.cases.bulkGet([...ids])).flatMap((row) => (row ? [row] : []));
}

async function casesNamed(store: DatasetStore, text: string, classNames: readonly string[]) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return null;
  const keys = classNames.flatMap((name, index) =>
    name.toLowerCase().includes(wanted)
      ? [store.cases.where('byClass').between([index, -Infinity], [index, Infinity]).primaryKeys()]
      : [],
  );
  const names = await store.samples.toCollection().primaryKeys();
  for (const [first, last] of runsOf(names, (name) => name.toLowerCase().includes(wanted)))
    keys.push(store.cases.where('sample').between(first, last, true, true).primaryKeys());
  return new Set((await Promise.all(keys)).flat());
}

/** First and last of every run of neighbours that pass: names with a common beginning become one range of the index. */
function* runsOf(names: readonly string[], passes: (name: string) => boolean): Generator<[string, string]> {
  let first: string | null = null;
  let last = '';
  for (const name of names) {
    const inside = passes(name);
    if (inside) [first, last] = [first ?? name, name];
    else if (first !== null) {
      yield [first, last];
      first = null;
    }
  }
  if (first !== null) yield [first, last];
}
