import type { CaseChoice } from '../common/case.ts';
import { hasClass, idOf, isGiven, isKind, isProposed, keyOf } from './case-key.ts';
import type { DatasetStore, Status, StoredCase } from './db.ts';

/** What the queue shows; null: any. */
export interface CaseFilter extends CaseChoice {
  status: Status | null;
}

export const EVERYTHING: CaseFilter = { kind: null, class: null, given: null, proposed: null, status: null, text: '' };

/** A case of the scan with what became of it. */
export interface QueueCase extends StoredCase {
  status: Status;
}

/** Keys of all cases, worst first: at half a million cases some ten megabytes. The rows follow page by page, as they come into view. */
export function allCases(store: DatasetStore): Promise<string[]> {
  return store.cases.toCollection().primaryKeys();
}

/** Those of `keys` that pass the filter, in their order. */
export async function filterCases(
  store: DatasetStore,
  keys: readonly string[],
  filter: CaseFilter,
  classNames: readonly string[],
): Promise<readonly string[]> {
  const tests = [
    filter.kind === null ? null : isKind(filter.kind),
    filter.class === null ? null : hasClass(filter.class),
    filter.given === null ? null : isGiven(filter.given),
    filter.proposed === null ? null : isProposed(filter.proposed),
    await statusTest(store, filter.status),
    await textTest(store, filter.text, classNames),
  ].filter((test) => test !== null);
  return tests.length ? keys.filter((key) => tests.every((passes) => passes(key))) : keys;
}

/** Ids of all cases somebody decided, skipped ones too. */
export async function listDecided(store: DatasetStore): Promise<Set<string>> {
  return new Set(await store.verdicts.toCollection().primaryKeys());
}

/** In the order of `keys`; a case that a newer scan took away is left out. */
export async function readCases(store: DatasetStore, keys: readonly string[]): Promise<QueueCase[]> {
  const [rows, verdicts] = await Promise.all([
    store.cases.bulkGet([...keys]),
    store.verdicts.bulkGet(keys.map((key) => idOf(key))),
  ]);
  return rows.flatMap((row, i) => (row ? [{ ...row, status: verdicts[i]?.verdict ?? 'open' }] : []));
}

export async function readCase(store: DatasetStore, id: string): Promise<QueueCase | undefined> {
  const row = await store.cases.where('id').equals(id).first();
  return row && (await readCases(store, [keyOf(row)])).at(0);
}

async function statusTest(store: DatasetStore, status: Status | null) {
  if (status === null) return null;
  if (status === 'open') {
    const decided = await listDecided(store);
    return (key: string) => !decided.has(idOf(key));
  }
  const ids = new Set(await store.verdicts.where('verdict').equals(status).primaryKeys());
  return (key: string) => ids.has(idOf(key));
}

async function textTest(store: DatasetStore, text: string, classNames: readonly string[]) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return null;
  const named = (name: string) => name.toLowerCase().includes(wanted);
  const classes = classNames.flatMap((name, index) => (named(name) ? [hasClass(index)] : []));
  const runs = [...runsOf(await store.samples.toCollection().primaryKeys(), named)];
  const samples = await Promise.all(
    runs.map(([first, last]) => store.samples.where('sample').between(first, last, true, true).toArray()),
  );
  const keys = new Set(samples.flat().flatMap((sample) => sample.keys));
  return (key: string) => keys.has(key) || classes.some((passes) => passes(key));
}

/** First and last of every run of neighbours that pass: names with a common beginning become one range to read. */
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
