import type { Found, ResultsPage } from '../common/api.ts';
import type { CaseRow, SampleResult, Verdict } from '../common/case.ts';
import type { JournalChange } from '../common/journal.ts';
import { idOf, keyOf, kindOf } from './case-key.ts';
import {
  NOTHING,
  type DatasetStore,
  type Progress,
  type Status,
  type StoredCase,
  type StoredVerdict,
  type Tally,
} from './db.ts';
import { leastListed } from './least.ts';

/** Cases of one change looked up at a time: a bulk verdict may touch hundreds of thousands. */
const SLICE = 5_000;
/** Ids that are looked up one by one. */
const FEW = 500;

/**
 * Takes in a page that was asked for `after` so many results. `restarted`: it belongs to another scan than the stored
 * cases, which are gone now; ask on from the stored cursor. `behind`: another window of this browser was faster; ask again.
 */
export function storePage(
  store: DatasetStore,
  page: ResultsPage,
  after: number,
): Promise<'stored' | 'restarted' | 'behind'> {
  return store.write(async () => {
    const known = await store.progress();
    if (page.scan !== known.scan || page.next < after) {
      await Promise.all([store.cases.clear(), store.samples.clear()]);
      const fresh: Progress = { ...NOTHING, seq: known.seq, scan: page.scan };
      if (after === 0 && page.scan !== null) await addResults(store, page, fresh);
      else await store.setProgress(fresh);
      return 'restarted';
    }
    if (known.cursor !== after) return 'behind';
    await addResults(store, page, known);
    return 'stored';
  });
}

/**
 * Takes in one change; the same change twice, or a change about cases that are not stored, does no harm. `found`: cases it
 * decides that were not listed. Returns how many of them are now.
 */
export function storeChange(store: DatasetStore, change: JournalChange, found?: Found): Promise<number> {
  return store.write(async () => {
    const added = found ? await addCases(store, found) : 0;
    const { seq } = await store.progress();
    if (change.seq >= seq) await setVerdicts(store, change.cases, change.seq);
    return added;
  });
}

/** Lists cases that were asked for; returns how many of them were not listed before. */
export function storeCases(store: DatasetStore, found: Found): Promise<number> {
  // Dexie follows only an async function of its own through a transaction.
  return store.write(async () => await addCases(store, found));
}

/** Ids of decided cases that are not stored. */
export async function listMissing(store: DatasetStore, cases: JournalChange['cases']): Promise<string[]> {
  const ids = cases.flatMap(({ id, verdict }) => (verdict ? [id] : []));
  const known = await keysOf(store, ids);
  return ids.filter((id) => !known.has(id));
}

/** Every case is open again, and no line of the journal is known. */
export function forgetVerdicts(store: DatasetStore): Promise<void> {
  return store.write(async () => {
    const decided = await store.verdicts.toCollection().primaryKeys();
    const open = decided.map((id) => ({ id, verdict: null }));
    await setVerdicts(store, open, 0);
  });
}

async function addResults(store: DatasetStore, { rows, next, scores }: ResultsPage, progress: Progress) {
  const tally = { ...progress.tally };
  // A picture that was scanned again comes a second time: the later result counts, also within one page.
  const results: SampleResult[] = [...new Map(rows.map((row) => [row.sample, row])).values()];
  await removeCases(
    store,
    results.map((row) => row.sample),
    tally,
  );
  const cases = results.flatMap((result) => result.cases.map((row) => ({ ...row, key: keyOf(row) })));
  await countAll(
    store,
    cases.map(({ key }) => key),
    tally,
    1,
  );
  await store.cases.bulkPut(cases);
  await store.samples.bulkPut(results.map(({ cases, ...rest }) => ({ ...rest, keys: cases.map(keyOf) })));
  // What is listed stays so: the score from which cases are listed only ever rises.
  const least = Math.max(progress.least, leastListed(scores));
  await store.setProgress({ ...progress, cursor: next, least, tally });
}

/** Those of stored samples that are not stored yet; any other comes with the results of its sample, or is of another scan. */
async function addCases(store: DatasetStore, { scan, rows }: Found): Promise<number> {
  const progress = await store.progress();
  if (scan === null || scan !== progress.scan) return 0;
  const bySample = Map.groupBy(rows, ({ sample }) => sample);
  const samples = (await store.samples.bulkGet([...bySample.keys()])).filter((sample) => sample !== undefined);
  const added: StoredCase[] = [];
  for (const sample of samples) {
    const known = new Set(sample.keys);
    for (const row of bySample.get(sample.sample) ?? []) added.push(...missing(row, known));
    sample.keys = [...known];
  }
  const tally = { ...progress.tally };
  await countAll(
    store,
    added.map(({ key }) => key),
    tally,
    1,
  );
  await store.cases.bulkPut(added);
  await store.samples.bulkPut(samples);
  await store.setProgress({ ...progress, tally });
  return added.length;
}

function missing(row: CaseRow, known: Set<string>): StoredCase[] {
  const key = keyOf(row);
  if (known.has(key)) return [];
  known.add(key);
  return [{ ...row, key }];
}

async function removeCases(store: DatasetStore, samples: string[], tally: Tally) {
  const keys = (await store.samples.bulkGet(samples)).flatMap((known) => known?.keys ?? []);
  if (!keys.length) return;
  await countAll(store, keys, tally, -1);
  await store.cases.bulkDelete(keys);
}

async function countAll(store: DatasetStore, keys: string[], tally: Tally, by: 1 | -1) {
  const verdicts = await verdictsOf(store, keys.map(idOf));
  for (const key of keys) count(tally, key, verdicts.get(idOf(key)) ?? 'open', by);
}

/** Early in a review there are fewer verdicts than cases in a page; then reading all of them is less work. */
async function verdictsOf(store: DatasetStore, ids: string[]): Promise<Map<string, Verdict>> {
  const few = (await store.verdicts.count()) <= ids.length;
  const rows = few ? await store.verdicts.toArray() : await store.verdicts.bulkGet(ids);
  return new Map(rows.flatMap((row) => (row ? [[row.id, row.verdict] as const] : [])));
}

async function setVerdicts(store: DatasetStore, cases: JournalChange['cases'], seq: number) {
  const progress = await store.progress();
  const tally = { ...progress.tally };
  const latest = [...new Map(cases.map((item) => [item.id, item])).values()];
  const keyById = await keysOf(
    store,
    latest.map(({ id }) => id),
  );
  for (let at = 0; at < latest.length; at += SLICE) {
    const slice = latest.slice(at, at + SLICE);
    const before = await verdictsOf(
      store,
      slice.map(({ id }) => id),
    );
    for (const { id, verdict } of slice) {
      const key = keyById.get(id);
      if (key === undefined) continue;
      count(tally, key, before.get(id) ?? 'open', -1);
      count(tally, key, verdict ?? 'open', 1);
    }
    await store.verdicts.bulkPut(slice.flatMap((item) => storedVerdict(item) ?? []));
    await store.verdicts.bulkDelete(slice.flatMap(({ id, verdict }) => (verdict ? [] : [id])));
  }
  await store.setProgress({ ...progress, seq, tally });
}

function storedVerdict({ id, verdict, error }: JournalChange['cases'][number]): StoredVerdict | null {
  if (!verdict) return null;
  return error === undefined ? { id, verdict } : { id, verdict, error: error ? 1 : 0 };
}

/** Keys of the stored cases with these ids. Many are found faster by reading all keys once than one by one. */
async function keysOf(store: DatasetStore, ids: string[]): Promise<Map<string, string>> {
  const keys =
    ids.length > FEW
      ? await store.cases.toCollection().primaryKeys()
      : await store.cases.where('id').anyOf(ids).primaryKeys();
  return new Map(keys.map((key) => [idOf(key), key]));
}

function count(tally: Tally, key: string, status: Status, by: 1 | -1) {
  const entry = `${kindOf(key)}/${status}` as const;
  tally[entry] = (tally[entry] ?? 0) + by;
}
