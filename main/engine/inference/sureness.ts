import { fitTemperature } from '../calibration/fit.ts';
import { fromGreatest, type LabelledPixels } from '../calibration/pixels.ts';
import { inHashOrder } from '../hash-order.ts';
import type { Project } from '../project.ts';
import { readProbabilities } from './results/probabilities.ts';

/** Pictures it is measured on: enough to know it within a twentieth, where there are more classes than two. */
const PICTURES = 12;
/** Of the pictures there are at most one in so many, so that a short scan does not take twice as long. */
const ONE_IN = 10;
/**
 * Below 1 the power that makes probabilities true is taken to this power again: networks so sure leave so little to the given
 * class that a byte cannot tell how little, and a log-ratio that ends where the byte does needs less of a reduction. Measured on
 * street, with networks made 1.4 and 2 times as sure (docs/noise.md).
 */
const SATURATED = 0.6;
/** However few pixels say otherwise, it is at most so far from 1 and 1 / so far. */
const MOST = 4;

/** Of the names of held-out pictures those it is measured on: the same ones whatever part is scanned when. */
export function measuredOf(names: readonly string[]): string[] {
  return inHashOrder(names, (name) => name).slice(0, Math.min(PICTURES, Math.floor(names.length / ONE_IN)));
}

/**
 * What log-ratios of a scan's probabilities have to be multiplied by before they can be taken at their word: 1 / T of the
 * temperature that explains the labels best, robustly (see fitTemperature). Below 1: the networks are too sure of themselves,
 * as most are that were trained for long; above 1: they are surer than they say. `names`: pictures of which the scan kept
 * probabilities; `temperature`: what the scan ran with. 1 where nothing is there to judge by.
 */
export async function surenessOf(
  project: Pick<Project, 'cache'>,
  scan: string,
  names: readonly string[],
  { classes, temperature = 1, signal }: { classes: number; temperature?: number; signal?: AbortSignal },
): Promise<number> {
  const pictures: LabelledPixels[] = [];
  for (const sample of names) {
    const kept = await readProbabilities(project, scan, sample);
    if (kept) pictures.push({ ...kept, sample, log: fromGreatest(kept.log, kept.channels) });
  }
  if (!pictures.length) return 1;
  const fit = await fitTemperature(pictures, { classes, signal });
  const power = Math.min(MOST, Math.max(1 / MOST, temperature / fit.temperature));
  return Number((power < 1 ? power ** SATURATED : power).toPrecision(4));
}
