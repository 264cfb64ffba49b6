import type { Finding, SampleRow } from '../../../common/dataset.ts';
import type { ClassInsight, Insights } from '../../../common/insights.ts';
import { calibrate } from '../calibration/calibrate.ts';
import { readGiven } from '../dataset/labels.ts';
import { messageOf } from '../errors.ts';
import { readPlanes } from '../inference/results/planes.ts';
import { inParallel, type Count, type Long } from '../long.ts';
import { inShares } from '../measures/confidence-shares.ts';
import { meanOf } from '../measures/confusion.ts';
import { lanesFor } from '../measures/lanes.ts';
import { sweepThreshold } from '../measures/sweep.ts';
import type { Workspace } from '../workspace.ts';
import { expectedNoise } from './expected-noise.ts';
import { keep, readKept, type Kept } from './kept.ts';
import { countedPictures, type Counted } from './pictures.ts';
import { InsightsTally } from './tally.ts';

/**
 * Given labels against proposals over the labelled pictures of the current scan. Pixels are looked at once a scan: a
 * measurement of the same results is taken from the cache, and only what follows from decisions is made anew. Memory does
 * not grow with the dataset. Throws InputError where there is no scan of labelled pictures.
 */
export async function measureInsights(workspace: Workspace, long: Long<Count>): Promise<Insights> {
  const { project, results, journal } = workspace;
  await journal.refresh();
  const counted = await countedPictures(workspace);
  const lines = results.count;
  const earlier = await readKept(project, counted.scan);
  const usable = earlier?.lines === lines && !earlier.insights.findings.length;
  const measured = usable ? earlier : { lines, seq: -1, ...(await measurePixels(workspace, counted, long)) };
  const seq = journal.seq;
  const insights = withNoise(workspace, measured);
  if (measured.seq !== seq) await keep(project, { ...measured, seq, insights });
  return insights;
}

/** What was measured of the current scan, with what was decided since; null: nothing was. */
export async function recallInsights(workspace: Workspace): Promise<Insights | null> {
  const { scan } = workspace.results;
  const kept = scan === null ? null : await readKept(workspace.project, scan);
  return kept && withNoise(workspace, kept);
}

async function measurePixels(workspace: Workspace, counted: Counted, { signal, onProgress }: Long<Count>) {
  const half = counted.pictures.length;
  const total = 2 * half;
  const { tally, findings } = await look(workspace, counted, {
    signal,
    onProgress: ({ done }) => onProgress?.({ done, total }),
  });
  const calibration = await calibrate(workspace, {
    signal,
    onProgress: (count) => onProgress?.({ done: half + Math.floor((half * count.done) / count.total), total }),
  });
  onProgress?.({ done: total, total });
  return { insights: { ...describe(counted, tally, findings), calibration }, folders: [...tally.folders] };
}

/** Looks at every pixel that counts. A picture or mask that cannot be used is a finding. */
async function look({ dataset, project }: Workspace, { scan, pictures }: Counted, { signal, onProgress }: Long<Count>) {
  const tally = new InsightsTally(dataset.classMap.classes.length);
  const findings: Finding[] = [];
  let done = 0;
  const add = async (row: SampleRow) => {
    const [{ given }, stored] = await Promise.all([readGiven(dataset, row), readPlanes(project, scan, row.name)]);
    if (!stored) throw new Error('Expected its planes in the cache of the scan, found none: scan it again.');
    const { width, height } = stored.planes;
    if (width !== row.width || height !== row.height)
      throw new Error(`Expected planes of ${row.width}×${row.height} pixels, found ${width}×${height}: scan it again.`);
    tally.add(row, given, stored.planes);
  };
  const lane = async (row: SampleRow) => {
    const file = row.mask ?? row.image;
    await add(row).catch((error: unknown) => findings.push({ file, problem: messageOf(error) }));
    onProgress?.({ done: ++done, total: pictures.length });
  };
  await inParallel(pictures, lanesFor(pictures), lane, signal);
  findings.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { tally, findings };
}

/** Everything that is counted, without the expected noise, which follows from cases and decisions. */
function describe(
  { scan, samples, heldOut }: Counted,
  tally: InsightsTally,
  findings: Finding[],
): Omit<Insights, 'calibration'> {
  const { learning, boundary, objects } = tally;
  const { counts } = learning;
  const { confusion } = counts;
  const rows = confusion.rows();
  const [iou, boundaryIou] = [confusion.iou(), boundary.iou()];
  const [thresholds, suspects] = [learning.thresholds(), learning.suspects()];
  const classes = rows.map((row, k): ClassInsight => ({
    class: k,
    givenPixels: row.reduce((a, b) => a + b, 0),
    proposedPixels: rows.reduce((sum, other) => sum + other[k], 0),
    iou: iou[k],
    boundaryIou: boundaryIou[k],
    recall: objects.ofClass(k),
    noise: null,
    threshold: thresholds[k],
    suspects: suspects[k],
    agreeing: inShares(counts.proposed(k, true)),
    differing: inShares(counts.proposed(k, false)),
  }));
  return {
    ...{ scan, samples, heldOut, findings, classes },
    pixels: classes.reduce((sum, { givenPixels }) => sum + givenPixels, 0),
    confusion: rows,
    miou: meanOf(iou),
    boundaryMiou: meanOf(boundaryIou),
    folders: [],
    sweep: heldOut ? sweepThreshold(counts) : null,
  };
}

/** The measurement with the noise that follows from what is decided by now. */
function withNoise(workspace: Workspace, { seq, insights, folders }: Omit<Kept, 'version'>): Insights {
  if (seq === workspace.journal.seq) return insights;
  const unusable = new Set(insights.findings.map(({ file }) => file));
  const noise = expectedNoise(
    workspace,
    (mask, heldOut) => (heldOut || !insights.heldOut) && !unusable.has(mask),
    insights.classes.map(({ givenPixels }) => givenPixels),
    new Map(folders),
  );
  const classes = insights.classes.map((one, k) => ({ ...one, noise: noise.classes[k] }));
  return { ...insights, classes, folders: noise.folders };
}
