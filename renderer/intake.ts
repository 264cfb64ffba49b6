import type { ResultsPage } from '../common/api.ts';
import type { CaseRow, SampleResult } from '../common/case.ts';
import type { JournalChange } from '../common/journal.ts';
import { NOTHING, type DatasetStore, type Progress, type Status, type StoredCase, type Tally } from './db.ts';

/** Cases of one change looked up at a time: a bulk verdict may touch hundreds of thousands. */
const SLICE = 5_000;

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
      if (after === 0 && page.scan !== null) await addResults(store, page.rows, fresh, page.next);
      else await store.setProgress(fresh);
      return 'restarted';
    }
    if (known.cursor !== after) return 'behind';
    await addResults(store, page.rows, known, page.next);
    return 'stored';
  });
}

/** Takes in one change; the same change twice, or a change about cases that are not stored, does no harm. */
export function storeChange(store: DatasetStore, change: JournalChange): Promise<void> {
  return store.write(async () => {
    const { seq } = await store.progress();
    if (change.seq >= seq) await setVerdicts(store, change.cases, change.seq);
  });
}

/** Every case is open again, and no line of the journal is known. */
export function forgetVerdicts(store: DatasetStore): Promise<void> {
  return store.write(async () => {
    const decided = await store.verdicts.toCollection().primaryKeys();
    const open = decided.map((id) => ({ id, verdict: null }));
    await setVerdicts(store, open, 0);
  });
}

async function addResults(store: DatasetStore, rows: SampleResult[], progress: Progress, cursor: number) {
  const tally = { ...progress.tally };
  // A picture that was scanned again comes a second time: the later result counts, also within one page.
  const results = [...new Map(rows.map((row) => [row.sample, row])).values()];
  await removeCases(
    store,
    results.map((row) => row.sample),
    tally,
  );
  const found = results.flatMap((result) => result.cases);
  const verdicts = await store.verdicts.bulkGet(found.map((row) => row.id));
  const cases = found.map((row, i) => withStatus(row, verdicts[i]?.verdict ?? 'open'));
  for (const row of cases) count(tally, row, 1);
  await store.cases.bulkPut(cases);
  await store.samples.bulkPut(results.map(({ cases, ...rest }) => ({ ...rest, cases: cases.length })));
  await store.setProgress({ ...progress, cursor, tally });
}

async function removeCases(store: DatasetStore, samples: string[], tally: Tally) {
  const known = (await store.samples.bulkGet(samples)).flatMap((row) => (row ? [row.sample] : []));
  if (!known.length) return;
  const rows = await store.cases.where('sample').anyOf(known).toArray();
  for (const row of rows) count(tally, row, -1);
  await store.cases.bulkDelete(rows.map((row) => row.id));
}

async function setVerdicts(store: DatasetStore, cases: JournalChange['cases'], seq: number) {
  const progress = await store.progress();
  const tally = { ...progress.tally };
  const latest = [...new Map(cases.map((item) => [item.id, item])).values()];
  for (let at = 0; at < latest.length; at += SLICE) {
    const slice = latest.slice(at, at + SLICE);
    await store.verdicts.bulkPut(slice.flatMap(({ id, verdict }) => (verdict ? [{ id, verdict }] : [])));
    await store.verdicts.bulkDelete(slice.flatMap(({ id, verdict }) => (verdict ? [] : [id])));
    await setStatuses(store, slice, tally);
  }
  await store.setProgress({ ...progress, seq, tally });
}

async function setStatuses(store: DatasetStore, cases: JournalChange['cases'], tally: Tally) {
  const rows = await store.cases.bulkGet(cases.map(({ id }) => id));
  const changed: StoredCase[] = [];
  rows.forEach((row, i) => {
    const status: Status = cases[i].verdict ?? 'open';
    if (!row || row.status === status) return;
    count(tally, row, -1);
    row.status = status;
    count(tally, row, 1);
    changed.push(row);
  });
  await store.cases.bulkPut(changed);
}

function withStatus(row: CaseRow, status: Status): StoredCase {
  const order = 1 - row.score;
  const byClass: [number, number][] = [[row.given, order]];
  if (row.proposed !== row.given) byClass.push([row.proposed, order]);
  return { ...row, status, order, byClass };
}

function count(tally: Tally, { kind, status }: Pick<StoredCase, 'kind' | 'status'>, by: 1 | -1) {
  const key = `${kind}/${status}` as const;
  tally[key] = (tally[key] ?? 0) + by;
}
