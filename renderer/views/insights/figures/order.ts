import type { ClassInfo } from '../../../../common/dataset.ts';
import type { ClassInsight, Insights } from '../../../../common/insights.ts';
import type { RowName } from '../../../plots/rows.ts';

/** What figures are drawn from: a measurement and the classes it is about. */
export interface Measured {
  insights: Insights;
  classes: readonly ClassInfo[];
}

/** worst: what needs a person first; class: as the dataset lists them */
export type Order = 'worst' | 'class';

/** Classes that are given or proposed anywhere, by a measure of how bad they are; those without one come last. */
export function inOrder(
  { insights }: Measured,
  order: Order,
  badness: (one: ClassInsight) => number | null,
): ClassInsight[] {
  const present = insights.classes.filter(({ givenPixels, proposedPixels }) => givenPixels + proposedPixels > 0);
  if (order === 'class') return present;
  return present.toSorted((a, b) => (badness(b) ?? -Infinity) - (badness(a) ?? -Infinity) || a.class - b.class);
}

/** Clicked, a row leads to the cases of its class. */
export function rowName(classes: readonly ClassInfo[], index: number): RowName {
  return { text: nameOf(classes, index), color: classes[index]?.color ?? null, pick: String(index) };
}

export const nameOf = (classes: readonly ClassInfo[], index: number): string =>
  classes[index]?.name ?? `class ${index}`;

/** 1 − x, for measures of which less is worse. */
export const lack = (value: number | null): number | null => (value === null ? null : 1 - value);
