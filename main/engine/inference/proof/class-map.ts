import { CLEAR_MARGIN } from '../../../../common/advice.ts';
import { findName, meansUnlabelled } from '../../../../common/class-names.ts';
import type { Proof } from '../../../../common/trial.ts';

/** [model class][dataset class] pixels, only those that have a given label. */
export type Overlap = readonly (readonly number[])[];

export type ClassMatch = Pick<Proof, 'classMap' | 'mapped'>;

/** A dataset class is meant where it makes up this share of the pixels predicted … */
const MOST = 0.5;
/** … or this share, if that is so many times what it makes up of all pixels: rare classes are predicted imprecisely. */
const SOME = 0.1;
const LIFT = 2;
/** mIoU below which nothing can be told from the overlap */
const WEAK = 0.2;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/**
 * Which of the dataset's classes each of the model's is: by name where names match, else by overlap. Where no name helps
 * and there are as many classes, they are taken in order unless the overlap clearly says otherwise. Several may map to one.
 */
export function matchClasses(
  overlap: Overlap,
  names: { model: readonly string[] | null; dataset: readonly string[] },
): ClassMatch {
  const byName = overlap.map((_, m) => {
    const name = names.model?.[m];
    return name === undefined ? null : findName(name, names.dataset);
  });
  const unlabelled = overlap.map((_, m) => byName[m] === null && meansUnlabelled(names.model?.[m] ?? ''));
  const classMap = byOverlap(
    overlap,
    byName.map((named, m) => named ?? (unlabelled[m] ? 'none' : null)),
  );
  const isNamed = byName.some((named) => named !== null);
  if (!isNamed && overlap.length === names.dataset.length) {
    const inOrder = overlap.map((_, m) => m);
    const found = miouOf(overlap, classMap);
    if (found < WEAK || miouOf(overlap, inOrder) >= found - CLEAR_MARGIN)
      return { classMap: inOrder, mapped: inOrder.map((m) => (classMap[m] === m ? 'overlap' : 'order')) };
  }
  const mapped = classMap.map((to, m) => (to === null ? 'none' : byName[m] === null ? 'overlap' : 'name'));
  return { classMap, mapped };
}

/**
 * Mean IoU over the classes present in the labels or predicted, of one confusion matrix; pixels of model classes that map
 * to nothing are misses. 0 where nothing is there.
 */
export function miouOf(overlap: Overlap, classMap: readonly (number | null)[]): number {
  const tally = new Tally(overlap, classMap);
  const ious = tally.given.map((_, d) => tally.iou(d)).filter((iou) => iou !== null);
  return ious.length ? sum(ious) / ious.length : 0;
}

/** Pixels of each dataset class: given, predicted, and both. */
class Tally {
  readonly given: number[];
  private readonly predicted: number[];
  private readonly both: number[];
  private readonly overlap: Overlap;
  private readonly totals: number[];

  constructor(overlap: Overlap, classMap: readonly (number | null)[]) {
    this.overlap = overlap;
    this.totals = overlap.map(sum);
    this.given = (overlap[0] ?? []).map((_, d) => sum(overlap.map((row) => row[d])));
    this.predicted = this.given.map(() => 0);
    this.both = this.given.map(() => 0);
    classMap.forEach((to, m) => to !== null && this.count(m, to, 1));
  }

  count(model: number, to: number, sign: 1 | -1): void {
    this.predicted[to] += sign * this.totals[model];
    this.both[to] += sign * this.overlap[model][to];
  }

  /** null: neither given nor predicted */
  iou(d: number): number | null {
    const union = this.given[d] + this.predicted[d] - this.both[d];
    return union ? this.both[d] / union : null;
  }
}

/**
 * Each model class goes to the dataset class it overlaps most with; then classes are moved one by one to others they could
 * mean, as long as that raises the mean IoU: `sign` is a sign though most of what it is predicted on is building. `fixed`
 * entries stay as they are. A class that is never predicted, or overlaps with nothing in particular, goes to none.
 */
function byOverlap(overlap: Overlap, fixed: readonly (number | 'none' | null)[]): (number | null)[] {
  const total = sum(overlap.map(sum));
  const given = (overlap[0] ?? []).map((_, d) => sum(overlap.map((row) => row[d])));
  const choices = overlap.map((row) => {
    const predicted = sum(row);
    const couldMean = (pixels: number, d: number) => {
      const share = pixels / predicted;
      return share >= MOST || (share >= SOME && share >= (LIFT * given[d]) / total);
    };
    return row.flatMap((pixels, d) => (predicted && couldMean(pixels, d) ? [d] : []));
  });
  const largest = (m: number) => choices[m].reduce((a, b) => (overlap[m][b] > overlap[m][a] ? b : a), choices[m][0]);
  const classMap = fixed.map((to, m) => (to === 'none' ? null : (to ?? largest(m) ?? null)));
  const tally = new Tally(overlap, classMap);
  const move = (m: number, from: number, to: number) => {
    tally.count(m, from, -1);
    tally.count(m, to, 1);
    classMap[m] = to;
  };
  const both = (a: number, b: number) => (tally.iou(a) ?? 0) + (tally.iou(b) ?? 0);
  for (let moved = true; moved;) {
    moved = false;
    for (const [m, others] of choices.entries())
      for (const to of fixed[m] === null ? others : []) {
        const from = classMap[m];
        if (from === null || from === to) continue;
        const before = both(from, to);
        move(m, from, to);
        if (both(from, to) > before + 1e-9) moved = true;
        else move(m, to, from);
      }
  }
  return classMap;
}
