import { expectedPrecision, FLOOR, precisionThresholds, shareThresholds } from '../../common/class-thresholds.ts';
import type { Threshold } from '../../common/pseudo.ts';
import { InputError } from '../engine/errors.ts';
import { measureInsights } from '../engine/insights/insights.ts';
import type { Workspace } from '../engine/workspace.ts';
import { countWith } from './progress.ts';
import { UsageError, type Run } from './run.ts';
import { scanned } from './space.ts';

/** How `accept --pseudo` is told what is sure enough. */
export interface ThresholdOptions {
  threshold?: number;
  /** by class name; null: nothing of it */
  classThreshold?: Map<string, number | null>;
  share?: number;
  precision?: number;
  floor?: number;
}

/** Whether anything is told. Throws UsageError on what cannot be meant together. */
export function checkWays({ threshold, classThreshold, share, precision, floor }: ThresholdOptions): boolean {
  const ways = Object.entries({ threshold, share, precision }).filter(([, value]) => value !== undefined);
  if (ways.length > 1)
    throw new UsageError(
      `Expected one of --threshold, --share and --precision, found ${ways.map(([name]) => `--${name}`).join(' and ')}.`,
    );
  if (floor !== undefined && share === undefined && precision === undefined)
    throw new UsageError('Expected --share or --precision with --floor, found neither.');
  return ways.length > 0 || classThreshold !== undefined;
}

export interface ChosenThreshold {
  threshold: Threshold;
  /** by class name: share expected to be right, where that was asked for; null: not known, or nothing is kept */
  expected?: Record<string, number | null>;
}

/** Throws InputError on a class the dataset does not have, and on one without a threshold. */
export async function chooseThreshold(
  workspace: Workspace,
  options: ThresholdOptions,
  job: Run,
): Promise<ChosenThreshold> {
  scanned(workspace);
  const { threshold, share, precision, floor = FLOOR } = options;
  if (precision !== undefined) return chooseByPrecision(workspace, precision, floor, options, job);
  const { histogram } = workspace.results;
  const rest = share === undefined ? threshold : shareThresholds(histogram, share, floor);
  return { threshold: withNamed(workspace, rest, options) };
}

async function chooseByPrecision(
  workspace: Workspace,
  precision: number,
  floor: number,
  options: ThresholdOptions,
  { signal, progress }: Run,
): Promise<ChosenThreshold> {
  const { classes, heldOut } = await measureInsights(workspace, {
    signal,
    onProgress: countWith(progress, 'Measuring'),
  });
  if (!heldOut)
    throw new InputError(
      `Expected labelled pictures of ${workspace.dataset.name} scored by models that did not train on them, found none: a precision would be too kind.`,
    );
  const threshold = withNamed(workspace, precisionThresholds(classes, precision, floor), options);
  const expected = workspace.dataset.classMap.classes.map(({ name }, k) => {
    const least = typeof threshold === 'number' ? threshold : threshold[k];
    return [name, least === null ? null : expectedPrecision(classes[k], least)];
  });
  return { threshold, expected: Object.fromEntries(expected) as Record<string, number | null> };
}

/** What is told by name comes before what is told of all. */
function withNamed(
  { dataset }: Workspace,
  rest: Threshold | undefined,
  { classThreshold }: ThresholdOptions,
): Threshold {
  if (!classThreshold && rest !== undefined) return rest;
  const named = classThreshold ?? new Map<string, number | null>();
  const names = dataset.classMap.classes.map(({ name }) => name);
  for (const name of named.keys())
    if (!names.includes(name))
      throw new InputError(`Expected one of ${names.join(', ')} in --class-threshold, found ${name}.`);
  const missing = rest === undefined ? names.filter((name) => !named.has(name)) : [];
  if (missing.length)
    throw new InputError(`Expected --threshold for the other classes, ${missing.join(', ')}, found none.`);
  return names.map((name, k) => {
    const own = named.get(name);
    if (own !== undefined) return own;
    return typeof rest === 'object' ? rest[k] : (rest ?? null);
  });
}
