import { boxOf, isWhole, type Ground, type LabelObject } from './ground.ts';
import type { Random } from './random.ts';

/** Shapes kept of a class; a later one takes the place of an earlier one by chance, so that each is as likely to stay. */
const KEPT = 16;
/** Longest side a shape is kept with; larger ones are thinned out. */
const FINEST = 256;
/** How far a shape lies off its place in its own picture, shares of width and height. */
const STRAY = 0.12;
/** Share of a shape that has to be in the picture. */
const SEEN = 0.75;

/** The form of an object, without its picture. */
interface Shape {
  class: number;
  /** 1 inside, columns × rows */
  mask: Uint8Array;
  columns: number;
  rows: number;
  /** pixels at 480×360 from one column or row to the next */
  step: number;
  /** where its middle lay, shares of width and height */
  middle: readonly [number, number];
}

/** Forms of objects of this dataset by class, to be laid where nothing like them is. */
export class Shapes {
  private readonly kept = new Map<number, Shape[]>();
  private readonly seen = new Map<number, number>();

  /** Classes of which there are shapes, ascending. */
  get classes(): number[] {
    return [...this.kept.keys()].sort((a, b) => a - b);
  }

  /** Objects seen of a class. */
  frequency(one: number): number {
    return this.seen.get(one) ?? 0;
  }

  add(ground: Pick<Ground, 'width' | 'height' | 'unit'>, object: LabelObject, random: Random): void {
    if (!isWhole(ground, object)) return;
    const seen = this.frequency(object.class) + 1;
    this.seen.set(object.class, seen);
    const shapes = this.kept.get(object.class) ?? [];
    const place = seen <= KEPT ? seen - 1 : random.below(seen);
    if (place < KEPT) shapes[place] = shapeOf(ground, object);
    this.kept.set(object.class, shapes);
  }

  /** A shape of the class as it could lie on this picture, about where it lay on its own; null: there is none, or it falls outside. */
  lay(ground: Ground, one: number, random: Random): LabelObject | null {
    const shape = random.pick(this.kept.get(one) ?? []);
    if (!shape) return null;
    const { width, height, unit } = ground;
    const scale = shape.step * unit;
    const [across, down] = [Math.round(shape.columns * scale), Math.round(shape.rows * scale)];
    const left = Math.round((shape.middle[0] + random.range(-STRAY, STRAY)) * width - across / 2);
    const top = Math.round((shape.middle[1] + random.range(-STRAY, STRAY)) * height - down / 2);
    const pixels: number[] = [];
    let whole = 0;
    for (let y = 0; y < down; y++) {
      const row = Math.min(shape.rows - 1, Math.floor(y / scale)) * shape.columns;
      for (let x = 0; x < across; x++) {
        if (!shape.mask[row + Math.min(shape.columns - 1, Math.floor(x / scale))]) continue;
        whole++;
        const [px, py] = [left + x, top + y];
        if (px >= 0 && px < width && py >= 0 && py < height) pixels.push(py * width + px);
      }
    }
    if (!pixels.length || pixels.length < SEEN * whole) return null;
    const laid = Int32Array.from(pixels);
    return { class: one, pixels: laid, bbox: boxOf(laid, width) };
  }
}

function shapeOf({ width, height, unit }: Pick<Ground, 'width' | 'height' | 'unit'>, object: LabelObject): Shape {
  const [left, top, across, down] = object.bbox;
  const thin = Math.ceil(Math.max(across, down) / FINEST);
  const [columns, rows] = [Math.ceil(across / thin), Math.ceil(down / thin)];
  const mask = new Uint8Array(columns * rows);
  for (const i of object.pixels) {
    const [x, y] = [(i % width) - left, Math.floor(i / width) - top];
    if (x % thin === 0 && y % thin === 0) mask[(y / thin) * columns + x / thin] = 1;
  }
  const middle = [(left + across / 2) / width, (top + down / 2) / height] as const;
  return { class: object.class, mask, columns, rows, step: thin / unit, middle };
}
