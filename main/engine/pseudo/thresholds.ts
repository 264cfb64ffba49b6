import {
  leastBytes,
  pixelsFrom,
  thresholdFor,
  type PseudoRow,
  type PseudoSummary,
  type Threshold,
} from '../../../common/pseudo.ts';
import { InputError } from '../errors.ts';
import { keptOf } from '../inference/results/histogram.ts';
import type { Workspace } from '../workspace.ts';
import { acceptedAt } from './by-id.ts';

/** Confidence of all scanned pictures without mask, and how many of them have a pseudo-label. */
export function pseudoSummary({ dataset, journal, results }: Workspace): PseudoSummary {
  let [scanned, unlabelled, accepted] = [0, 0, 0];
  for (const { name, mask } of dataset.samples) {
    if (mask) continue;
    unlabelled++;
    if (results.confidence(name)) scanned++;
    if (journal.pseudoOf(name)) accepted++;
  }
  return { scanned, unlabelled, histogram: results.histogram, accepted };
}

/** Scanned pictures without mask in the order of the dataset, from place `after` on. */
export function pseudoRows(
  workspace: Workspace,
  threshold: Threshold,
  after: number,
  limit: number,
): { rows: PseudoRow[]; next: number | null } {
  const { dataset, journal, results } = workspace;
  const keptPixels = keptIn(workspace, threshold);
  const rows: PseudoRow[] = [];
  let next = after;
  for (; next < dataset.samples.length && rows.length < limit; next++) {
    const { name, mask, width, height } = dataset.samples[next];
    const bins = mask ? null : results.confidence(name);
    if (!bins) continue;
    const decided = journal.pseudoOf(name);
    const accepted = decided && acceptedAt(decided.threshold);
    rows.push({ sample: name, width, height, kept: keptPixels(name, bins) / (width * height), accepted });
  }
  return { rows, next: next < dataset.samples.length ? next : null };
}

/** How many pixels of a picture are kept. One threshold needs only what is in memory; thresholds by class need its line. */
function keptIn({ results }: Workspace, threshold: Threshold): (sample: string, bins: Uint32Array) => number {
  const least = leastBytes(threshold);
  if (typeof threshold === 'number') return (_, bins) => pixelsFrom(bins, least[0]);
  return (sample) => keptOf(results.line(sample)?.confidence ?? [], least);
}

/** What a threshold keeps of some pictures. */
export interface Coverage {
  samples: number;
  /** share of all their pixels, 0..1 */
  keptFraction: number;
  /** by class name: share kept of the pixels proposed as this class; null: none is proposed as it */
  byClass: Record<string, number | null>;
  /** by class name; null: nothing of this class is kept */
  thresholds: Record<string, number | null>;
}

/** `samples` null: every scanned picture without mask. */
export function coverage(workspace: Workspace, threshold: Threshold, samples: readonly string[] | null): Coverage {
  const { dataset, results } = workspace;
  if (results.scan === null) throw new InputError(`Expected a scan of ${dataset.name}, found none: scan it first.`);
  const { classes } = dataset.classMap;
  const histogram = samples ? sumOf(workspace, samples) : results.histogram;
  const least = leastBytes(threshold);
  const kept = histogram.map((bins, k) => pixelsFrom(bins, least[k]));
  const all = histogram.map(sum);
  return {
    samples: samples?.length ?? pseudoSummary(workspace).scanned,
    keptFraction: share(sum(kept), sum(all)) ?? 0,
    byClass: Object.fromEntries(classes.map(({ name }, k) => [name, share(kept[k], all[k])])),
    thresholds: Object.fromEntries(classes.map(({ name }, k) => [name, thresholdFor(threshold, k)])),
  };
}

function sumOf({ results }: Workspace, samples: readonly string[]): number[][] {
  const total = results.histogram.map((bins) => bins.map(() => 0));
  for (const sample of samples)
    results.sampleHistogram(sample)?.forEach((bins, i) => bins.forEach((count, bin) => (total[i][bin] += count)));
  return total;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const share = (part: number, whole: number): number | null => (whole ? part / whole : null);
