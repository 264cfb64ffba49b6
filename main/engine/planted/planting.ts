import { CASE_KINDS, type CaseKind } from '../../../common/case.ts';
import { boundary, extra, missing, wrongClass, type Edit } from './edits.ts';
import { boxOf, findObjects, type Ground, type LabelObject } from './ground.ts';
import type { Random } from './random.ts';
import type { Shapes } from './shapes.ts';

/** Tries for one error of one kind in one picture: in all, and with one class. */
const TRIES = 24;
const TRIES_OF_CLASS = 4;
/** Pixels at 480×360 between two errors of one picture. */
const APART = 12;

/** Draws errors one after the other, and sees to it that kinds and classes get equal shares as far as pictures allow. */
export class Planting {
  private readonly shapes: Shapes;
  private readonly random: Random;
  private readonly kinds = new Map<CaseKind, number>();
  private readonly classes = new Map<string, number>();

  constructor(shapes: Shapes, random: Random) {
    this.shapes = shapes;
    this.random = random;
  }

  /** Up to `most` errors in one picture, apart from each other: the kind with the fewest so far first, of that the rarest class. */
  plant(ground: Ground, most: number): Edit[] {
    const objects = findObjects(ground);
    const planted: Edit[] = [];
    while (planted.length < most) {
      const kinds = this.fewestFirst(CASE_KINDS, (kind) => this.kinds.get(kind) ?? 0);
      const next = firstOf(kinds, (kind) => this.draw(ground, objects, kind, planted));
      if (!next) break;
      planted.push(next.edit);
      count(this.kinds, next.edit.kind);
      count(this.classes, next.chosen);
    }
    return planted;
  }

  private draw(ground: Ground, objects: LabelObject[], kind: CaseKind, planted: readonly Edit[]) {
    const classes = kind === 'extra' ? this.shapes.classes : [...new Set(objects.map((one) => one.class))];
    const wanted = this.fewestFirst(classes, (one) => this.classes.get(`${kind} ${one}`) ?? 0);
    const tries = wanted.flatMap((one) => this.subjects(ground, objects, kind, one)).slice(0, TRIES);
    return firstOf(tries, (subject) => {
      const object = subject();
      const edit = object && this.edit(ground, kind, object);
      return edit && isApart(edit, planted, ground) ? { edit, chosen: `${kind} ${object.class}` } : null;
    });
  }

  /** What an error of this kind and class could be made of, in random order. */
  private subjects(ground: Ground, objects: LabelObject[], kind: CaseKind, one: number): (() => LabelObject | null)[] {
    if (kind === 'extra')
      return Array.from({ length: TRIES_OF_CLASS }, () => () => this.shapes.lay(ground, one, this.random));
    const own = objects.filter((object) => object.class === one);
    const drawn = this.random.shuffled(own).slice(0, TRIES_OF_CLASS);
    return drawn.map((object) => () => object);
  }

  private edit(ground: Ground, kind: CaseKind, object: LabelObject): Edit | null {
    if (kind === 'missing') return missing(ground, object);
    if (kind === 'extra') return extra(ground, object);
    if (kind === 'boundary') return boundary(ground, object, this.random);
    return wrongClass(ground, object, this.mistaken());
  }

  /** Classes something may be mistaken for, the first first: every other time the more frequent sooner, else at random. */
  private mistaken(): number[] {
    const { classes } = this.shapes;
    if (this.random.next() < 0.5) return this.random.shuffled(classes);
    const lot = new Map(classes.map((one) => [one, this.random.next() ** (1 / this.shapes.frequency(one))]));
    return classes.toSorted((a, b) => (lot.get(b) ?? 0) - (lot.get(a) ?? 0));
  }

  /** Ascending by a count, equal ones in random order. */
  private fewestFirst<T>(items: readonly T[], count: (item: T) => number): T[] {
    return this.random.shuffled(items).sort((a, b) => count(a) - count(b));
  }
}

function isApart(edit: Edit, planted: readonly Edit[], { width, unit }: Ground): boolean {
  const gap = APART * unit;
  const [x, y, w, h] = boxOf(edit.pixels, width);
  return planted.every((other) => {
    const [left, top, across, down] = boxOf(other.pixels, width);
    return x > left + across + gap || left > x + w + gap || y > top + down + gap || top > y + h + gap;
  });
}

const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
