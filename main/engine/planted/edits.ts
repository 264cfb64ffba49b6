import type { CaseKind } from '../../../common/case.ts';
import { IGNORE } from '../../../common/dataset.ts';
import { isLikelyRight, isWhole, leastArea, type Ground, type LabelObject } from './ground.ts';
import { bandAround, fillFromAround, maskOf, moved, outlineOf } from './region.ts';
import type { Random } from './random.ts';

/** How far an outline is off, pixels at 480×360. */
const OFF = [3, 10] as const;
/** Half the side of the stretch of a long outline that is off, pixels at 480×360. */
const STRETCH = 60;

/** A change of a label map that makes it wrong. */
export interface Edit {
  kind: CaseKind;
  /** class index of what is truly there; of a boundary error, of the object whose outline is off */
  class: number;
  /** indexes of the changed pixels, ascending */
  pixels: Int32Array;
  /** the wrong class index of each */
  labels: Uint8Array;
}

/** The object is forgotten: its surroundings go on over it. */
export function missing(ground: Ground, object: LabelObject): Edit | null {
  if (!isWhole(ground, object)) return null;
  const labels = fillFromAround(object.pixels, maskOf(object, ground), ground);
  return edit(ground, 'missing', object.class, object.pixels, labels);
}

/** The object is there and labelled as something else, which is not just what surrounds it. */
export function wrongClass(ground: Ground, object: LabelObject, classes: readonly number[]): Edit | null {
  if (!isWhole(ground, object)) return null;
  const around = commonest(fillFromAround(object.pixels, maskOf(object, ground), ground));
  const other = classes.find((one) => one !== object.class && one !== around);
  if (other === undefined) return null;
  const labels = new Uint8Array(object.pixels.length).fill(other);
  return edit(ground, 'wrong-class', object.class, object.pixels, labels);
}

/** Something is labelled that is not there: `shape` is as it lies on this picture. */
export function extra(ground: Ground, shape: LabelObject): Edit | null {
  const { given } = ground;
  const whole = shape.pixels.length;
  // On or beside its own class it would only make an object larger.
  const near = bandAround(shape.pixels, 2, ground);
  if (!whole || !isWhole(ground, shape) || near.some((i) => given[i] === shape.class)) return null;
  const truth = commonest(shape.pixels.map((i) => given[i]));
  if (truth === IGNORE) return null;
  return edit(ground, 'extra', truth, shape.pixels, new Uint8Array(whole).fill(shape.class));
}

/** The outline is off: all of it, or one stretch of a long one, by a move, or grown, or shrunk. */
export function boundary(ground: Ground, object: LabelObject, random: Random): Edit | null {
  const inside = maskOf(object, ground);
  const outline = outlineOf(object, inside, ground);
  const by = Math.max(2, Math.round(random.range(...OFF) * ground.unit));
  const near = isWhole(ground, object) ? () => true : stretchOf(ground, outline, random);
  const how = random.below(3);
  const band = () => bandAround(outline.filter(near), by, ground);
  if (how === 0)
    return change(
      band().filter((i) => !inside[i]),
      new Int32Array(0),
    );
  if (how === 1) {
    const lost = band().filter((i) => inside[i] && near(i));
    // What would be gone altogether is not off but missing.
    return lost.length > object.pixels.length / 2 ? null : change(new Int32Array(0), lost);
  }
  const turn = random.range(0, 2 * Math.PI);
  const there = moved(object, Math.round(by * Math.cos(turn)), Math.round(by * Math.sin(turn)), ground);
  const after = maskOf({ pixels: there }, ground);
  return change(
    there.filter((i) => !inside[i] && near(i)),
    object.pixels.filter((i) => !after[i] && near(i)),
  );

  function change(gained: Int32Array, lost: Int32Array): Edit | null {
    const wrong = new Map<number, number>();
    for (const i of gained) wrong.set(i, object.class);
    fillFromAround(lost, inside, ground).forEach((label, n) => wrong.set(lost[n], label));
    const pixels = Int32Array.from(wrong.keys()).sort();
    return edit(
      ground,
      'boundary',
      object.class,
      pixels,
      Uint8Array.from(pixels, (i) => wrong.get(i) ?? IGNORE),
    );
  }
}

/** Whether a pixel is near one place of the outline. */
function stretchOf({ width, unit }: Ground, outline: Int32Array, random: Random): (i: number) => boolean {
  const middle = outline[random.below(outline.length)] ?? 0;
  const [x, y] = [middle % width, Math.floor(middle / width)];
  const reach = STRETCH * unit;
  return (i) => Math.abs((i % width) - x) <= reach && Math.abs(Math.floor(i / width) - y) <= reach;
}

/** Leaves out what has no label or would stay as it is; null where too little remains or the label is doubtful already. */
function edit(ground: Ground, kind: CaseKind, truth: number, places: Int32Array, wrong: Uint8Array): Edit | null {
  const changes = (i: number, label: number) =>
    ground.given[i] !== IGNORE && label !== IGNORE && label !== ground.given[i];
  const pixels = places.filter((i, n) => changes(i, wrong[n]));
  const labels = wrong.filter((label, n) => changes(places[n], label));
  if (pixels.length < leastArea(ground) || !isLikelyRight(ground, pixels)) return null;
  return { kind, class: truth, pixels, labels };
}

/** IGNORE of nothing. */
function commonest(labels: ArrayLike<number>): number {
  const counts = new Uint32Array(256);
  for (let n = 0; n < labels.length; n++) counts[labels[n]]++;
  counts[IGNORE] = 0;
  const most = Math.max(...counts);
  return most ? counts.indexOf(most) : IGNORE;
}
