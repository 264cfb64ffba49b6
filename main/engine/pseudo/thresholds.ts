import { confidenceByte, type PseudoRow, type PseudoSummary } from '../../../common/pseudo.ts';
import { InputError } from '../errors.ts';
import type { Workspace } from '../workspace.ts';

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
  { dataset, journal, results }: Workspace,
  threshold: number,
  after: number,
  limit: number,
): { rows: PseudoRow[]; next: number | null } {
  const rows: PseudoRow[] = [];
  let next = after;
  for (; next < dataset.samples.length && rows.length < limit; next++) {
    const { name, mask, width, height } = dataset.samples[next];
    const bins = mask ? null : results.confidence(name);
    if (!bins) continue;
    const kept = keptPixels(bins, threshold) / (width * height);
    rows.push({ sample: name, width, height, kept, accepted: journal.pseudoOf(name)?.threshold ?? null });
  }
  return { rows, next: next < dataset.samples.length ? next : null };
}

/** What a threshold keeps of some pictures. */
export interface Coverage {
  samples: number;
  /** share of all their pixels, 0..1 */
  keptFraction: number;
  /** by class name: share kept of the pixels proposed as this class; null: none is proposed as it */
  byClass: Record<string, number | null>;
}

/** `samples` null: every scanned picture without mask. */
export function coverage(workspace: Workspace, threshold: number, samples: readonly string[] | null): Coverage {
  const { dataset, results } = workspace;
  if (results.scan === null) throw new InputError(`Expected a scan of ${dataset.name}, found none: scan it first.`);
  const histogram = samples ? sumOf(workspace, samples) : results.histogram;
  const kept = histogram.map((bins) => keptPixels(bins, threshold));
  const all = histogram.map(sum);
  return {
    samples: samples?.length ?? pseudoSummary(workspace).scanned,
    keptFraction: share(sum(kept), sum(all)) ?? 0,
    byClass: Object.fromEntries(dataset.classMap.classes.map(({ name }, i) => [name, share(kept[i], all[i])])),
  };
}

/**
 * Pixels of a confidence histogram at or above the threshold. A bin holds two confidence bytes; where the threshold
 * falls between them, half of it counts.
 */
export function keptPixels(bins: ArrayLike<number>, threshold: number): number {
  const byte = confidenceByte(threshold);
  let kept = byte % 2 ? (bins[(byte - 1) / 2] ?? 0) / 2 : 0;
  for (let bin = Math.ceil(byte / 2); bin < bins.length; bin++) kept += bins[bin];
  return kept;
}

function sumOf({ results }: Workspace, samples: readonly string[]): number[][] {
  const total = results.histogram.map((bins) => bins.map(() => 0));
  for (const sample of samples)
    results.sampleHistogram(sample)?.forEach((bins, i) => bins.forEach((count, bin) => (total[i][bin] += count)));
  return total;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const share = (part: number, whole: number): number | null => (whole ? part / whole : null);
