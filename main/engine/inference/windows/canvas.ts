import { giveBack } from '../memory.ts';
import { WeightedSum } from './weighted-sum.ts';
import type { Span, WindowAxis } from './windows.ts';

/** A rectangle of the picture for which the same windows count. */
export interface Block {
  x: number;
  y: number;
  width: number;
  height: number;
  /** [depth, height, width] */
  values: Float32Array<ArrayBuffer>;
}

interface Begun extends Block {
  /** windows that are still to come */
  left: number;
}

/**
 * Where windows add up. A block is there from the first window that counts for it to the last, so that in the order of
 * `windowsOf` at any time there are about depth × size · overlap × width values, never those of a whole picture.
 */
export class Canvas {
  private readonly across: WindowAxis;
  private readonly down: WindowAxis;
  private readonly depth: number;
  private readonly begun = new Map<string, Begun>();
  /** memory of blocks that were taken away, by length */
  private readonly free = new Map<number, Block['values'][]>();

  private readonly sum: WeightedSum;

  constructor(across: WindowAxis, down: WindowAxis, depth: number) {
    this.across = across;
    this.down = down;
    this.depth = depth;
    this.sum = new WeightedSum(across.size);
  }

  /** values of the blocks that some windows have been added to, others not */
  get held(): number {
    return [...this.begun.values()].reduce((sum, { values }) => sum + values.length, 0);
  }

  /** Adds values [layers, size, size] of a window, by its shares, to the layers from `layer` on. */
  add(column: number, row: number, values: Float32Array, layer: number): void {
    const area = this.across.size ** 2;
    const parts = this.partsOf(column, row);
    for (let n = 0; n * area < values.length; n++) {
      this.sum.values.set(values.subarray(n * area, (n + 1) * area));
      for (const { block, first, across, down } of parts) {
        const plane = block.width * block.height;
        const into = block.values.subarray((layer + n) * plane, (layer + n + 1) * plane);
        this.sum.into.set(into);
        this.sum.add(first, this.across.size, across, down);
        into.set(this.sum.into.subarray(0, plane));
      }
    }
  }

  /** Takes away the blocks that this window, of which all has been added, was the last to count for. */
  take(column: number, row: number): Block[] {
    const done: Block[] = [];
    for (const down of counted(this.down, row))
      for (const across of counted(this.across, column)) {
        const block = this.block(across, down);
        if (--block.left) continue;
        done.push(block);
        this.begun.delete(keyOf(across, down));
      }
    return done;
  }

  /** A block that was taken away is used up: its memory serves for the next. */
  recycle({ values }: Block): void {
    const same = this.free.get(values.length);
    if (same) same.push(values);
    else this.free.set(values.length, [values]);
  }

  /** Gives all memory back; the canvas is of no use from then on. */
  release(): void {
    for (const { values } of this.begun.values()) giveBack(values);
    for (const all of this.free.values()) all.forEach(giveBack);
    this.begun.clear();
    this.free.clear();
  }

  private block(across: Span, down: Span): Begun {
    const key = keyOf(across, down);
    const found = this.begun.get(key);
    if (found) return found;
    const [width, height] = [across.to - across.from, down.to - down.from];
    const length = this.depth * width * height;
    const values = this.free.get(length)?.pop()?.fill(0) ?? this.allocate(length);
    const left = (across.last - across.first + 1) * (down.last - down.first + 1);
    const block = { x: across.from, y: down.from, width, height, values, left };
    this.begun.set(key, block);
    return block;
  }

  /** In place of as much that is free: towards the border of a picture blocks are of other sizes than before. */
  private allocate(length: number): Block['values'] {
    let room = 0;
    for (const all of this.free.values())
      while (room < length) {
        const one = all.pop();
        if (!one) break;
        room += one.length;
        giveBack(one);
      }
    return new Float32Array(length);
  }

  /** The blocks a window counts for; of each, its first place in the window and the shares of its columns and rows. */
  private partsOf(column: number, row: number) {
    const [left, top] = [this.across.starts[column], this.down.starts[row]];
    return counted(this.down, row).flatMap((down) =>
      counted(this.across, column).map((across) => ({
        block: this.block(across, down),
        first: (down.from - top) * this.across.size + across.from - left,
        across: this.across.shares[column].subarray(across.from - left, across.to - left),
        down: this.down.shares[row].subarray(down.from - top, down.to - top),
      })),
    );
  }
}

const keyOf = (across: Span, down: Span) => `${across.from},${down.from}`;

const counted = ({ spans }: WindowAxis, window: number): Span[] =>
  spans.filter(({ first, last }) => first <= window && window <= last);
