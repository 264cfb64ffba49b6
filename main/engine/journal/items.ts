import { IGNORE } from '../../../common/dataset.ts';
import type { CaseDetail, CaseRow, Verdict } from '../../../common/case.ts';
import type { Paint, VerdictItem } from '../../../common/journal.ts';
import { splitRle, wholeRle } from '../../../common/rle.ts';
import { InputError } from '../errors.ts';
import { readCases, readPlanes } from '../inference/results/planes.ts';
import { readRecord } from '../inference/results/record.ts';
import { readGivenOf } from '../masks/replay.ts';
import type { Workspace } from '../workspace.ts';

/** One scan as decisions refer to it. */
export interface ScanRef {
  key: string;
  /** mask-file id of each class index in the planes */
  ids: number[];
}

/** Throws InputError where nothing has been scanned. */
export async function currentScanOf({ dataset, project, results }: Workspace): Promise<ScanRef> {
  const key = results.scan;
  if (key === null) throw new InputError(`Expected a scan of ${dataset.name} to decide on, found none: scan it first.`);
  const record = await readRecord(project, key);
  return { key, ids: record?.classes ?? dataset.classMap.classes.map(({ id }) => id) };
}

/** What the journal shall hold of the cases `rows`, all of one picture. */
export async function itemsFor(
  workspace: Workspace,
  scan: ScanRef,
  sample: string,
  verdict: Verdict,
  rows: readonly CaseRow[],
): Promise<VerdictItem[]> {
  const paints = await paintsFor(workspace, scan, sample, verdict, rows);
  const idOf = (index: number) => (index === IGNORE ? null : (scan.ids[index] ?? null));
  return rows.map(({ id, kind, given, proposed, score }) => {
    const paint = paints.get(id) ?? [];
    return { case: id, sample, kind, given: idOf(given), proposed: idOf(proposed), score, paint };
  });
}

async function paintsFor(
  workspace: Workspace,
  scan: ScanRef,
  sample: string,
  verdict: Verdict,
  rows: readonly CaseRow[],
): Promise<Map<string, Paint[]>> {
  const { project, journal } = workspace;
  const wanted = new Set(rows.map(({ id }) => id));
  const pick = (cases: CaseDetail[], paint: (detail: CaseDetail) => Paint[]) => {
    const found = cases.filter(({ id }) => wanted.has(id));
    if (found.length < wanted.size) throw gone(scan, sample);
    return new Map(found.map((detail) => [detail.id, paint(detail)]));
  };

  if (verdict === 'accept') {
    const { planes, cases } = await expectPlanes(workspace, scan, sample);
    return pick(cases, ({ rle }) => {
      const { width, height, label } = planes;
      return paintOf(rle, width, height, label, scan.ids);
    });
  }
  if (verdict === 'ignore') {
    return pick(await readCases(project, scan.key, sample), ({ rle }) => [{ label: null, rle }]);
  }
  // Keeping needs paint only where the whole picture was accepted before: the case takes its region back.
  if (verdict === 'keep' && journal.decisionsOf(sample).some(({ item }) => !item)) {
    const { given, width, height } = await readGivenOf(workspace.dataset, sample);
    const ids = workspace.dataset.classMap.classes.map(({ id }) => id);
    return pick(await readCases(project, scan.key, sample), ({ rle }) => paintOf(rle, width, height, given, ids));
  }
  return new Map();
}

/**
 * Paint for the whole picture: the proposal wherever it differs from the given label or from what stands there now.
 * Pixels given as ignore stay ignore.
 */
export async function picturePaint(workspace: Workspace, scan: ScanRef, sample: string, cleaned: Uint8Array) {
  const { planes } = await expectPlanes(workspace, scan, sample);
  const { given, width, height } = await readGivenOf(workspace.dataset, sample);
  if (width !== planes.width || height !== planes.height)
    throw new InputError(
      `Expected a mask of ${planes.width}×${planes.height} for ${sample} as it was scanned, found ${width}×${height}.`,
    );
  const { label } = planes;
  const proposed = label.map((value, i) =>
    given[i] !== IGNORE && (value !== given[i] || value !== cleaned[i]) ? value : IGNORE,
  );
  return paintOf(wholeRle(width, height), width, height, proposed, scan.ids);
}

/** The region in the classes `labels` gives its pixels, one paint a class; pixels that are IGNORE are left alone. */
function paintOf(rle: string, width: number, height: number, labels: Uint8Array, ids: number[]): Paint[] {
  const parts = splitRle(rle, width, height, (pixel) => (labels[pixel] < ids.length ? labels[pixel] : -1));
  return [...parts].map(([index, part]) => ({ label: ids[index], rle: part }));
}

async function expectPlanes({ project }: Workspace, scan: ScanRef, sample: string) {
  const found = await readPlanes(project, scan.key, sample);
  if (!found) throw gone(scan, sample);
  return found;
}

const gone = (scan: ScanRef, sample: string) =>
  new InputError(`Expected the proposal for ${sample} in the cache of scan ${scan.key}, found none: scan again.`);
