import { IGNORE } from '../../common/dataset.ts';
import type { Ground } from '../../main/engine/planted/ground.ts';
import { randomOf } from '../../main/engine/planted/random.ts';
import { fillFromAround } from '../../main/engine/planted/region.ts';

/** What some annotators do wrongly, always in the same way. */
export interface Habit {
  /** share of the pictures that were labelled by them, 0..1 */
  share: number;
  /** classes they never label: what lies around goes on over them */
  forgets: readonly string[];
  /** class → the class they take it for */
  mistakes: Readonly<Record<string, string>>;
}

/** Classes whose labels it changes: forgotten, mistaken, and those they are taken for. */
export const touchedBy = ({ forgets, mistakes }: Habit): string[] => [
  ...new Set([...forgets, ...Object.entries(mistakes).flat()]),
];

/** The same by class index. */
export interface Slip {
  forgets: ReadonlySet<number>;
  mistakes: ReadonlyMap<number, number>;
}

/** Throws Error for a class that is not there. */
export function slipOf({ forgets, mistakes }: Habit, classes: readonly { name: string }[]): Slip {
  const indexOf = (name: string) => {
    const index = classes.findIndex((one) => one.name === name);
    if (index < 0)
      throw new Error(`Expected a class of ${classes.map((one) => one.name).join(', ')} as habit, found ${name}.`);
    return index;
  };
  return {
    forgets: new Set(forgets.map(indexOf)),
    mistakes: new Map(Object.entries(mistakes).map(([from, to]) => [indexOf(from), indexOf(to)])),
  };
}

/**
 * Names of the pictures that annotators with the habit labelled. An annotator has a stretch: names that follow each other,
 * ascending, and are of one fold. Those with the habit are drawn from every group of folds in turn (`count` groups), so
 * that what a network of the others learns from is labelled rightly for the most part, whichever group is held out.
 */
export function picturesWithHabit(
  folds: Readonly<Record<string, number>>,
  count: number,
  share: number,
  seed: number,
): Set<string> {
  const random = randomOf(seed);
  const groups = [...Map.groupBy(stretchesOf(folds), ([name]) => folds[name] % count)]
    .sort(([a], [b]) => a - b)
    .map(([, stretches]) => random.shuffled(stretches));
  const longest = Math.max(...groups.map(({ length }) => length));
  const dealt = Array.from({ length: longest }, (_, n) => groups.flatMap((group) => group.slice(n, n + 1))).flat();
  const wanted = share * Object.keys(folds).length;
  const names = new Set<string>();
  for (const stretch of dealt) {
    if (names.size + stretch.length / 2 > wanted) break;
    for (const name of stretch) names.add(name);
  }
  return names;
}

/** Runs of names, ascending, of one fold each. */
export function stretchesOf(folds: Readonly<Record<string, number>>): string[][] {
  const stretches: string[][] = [];
  let last: number | null = null;
  for (const name of Object.keys(folds).sort()) {
    if (folds[name] === last) stretches[stretches.length - 1].push(name);
    else stretches.push([name]);
    last = folds[name];
  }
  return stretches;
}

/** Class indexes as an annotator of this habit gives them; what has no label has none, and takes no part. */
export function asByHabit(ground: Ground, { forgets, mistakes }: Slip): Uint8Array {
  const given = ground.given.map((label) => mistakes.get(label) ?? label);
  const closed = given.map((label) => +forgets.has(label));
  const region = Int32Array.from(closed.keys()).filter((i) => closed[i]);
  fillFromAround(region, closed, { ...ground, given }).forEach((label, n) => {
    if (label !== IGNORE) given[region[n]] = label;
  });
  return given;
}
