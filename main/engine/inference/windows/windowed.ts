import type { WindowSettings } from '../../../../common/ensemble.ts';
import { Canvas, type Block } from './canvas.ts';
import { giveBack } from '../memory.ts';
import type { Pixels } from '../source.ts';
import { cutWindow, layWindows, windowsOf } from './windows.ts';

/** Some of what adds up at each pixel: `values` [layers, size, size] of a window, `layer`: the first of them. */
export interface Layers {
  layer: number;
  values: Float32Array;
}

/** What is done at each window, and with what windows added up to. */
export interface WindowRun {
  /** layers that add up at each pixel */
  depth: number;
  /**
   * All members on the window of this column and row, RGB, size × size × 3 bytes. What it hands out is used up and given
   * back before it goes on.
   */
  patch(rgb: Uint8Array, add: (layers: Layers) => void, column: number, row: number): Promise<void>;
  /** The planes, 4 × width × height bytes, of one block, and of `given`, its labels. */
  finish(block: Block, given: Uint8Array | null): Promise<Uint8Array>;
}

/**
 * Planes of a picture of any size, 4 × width × height bytes, from overlapping windows. Beside picture and planes it takes
 * the memory of one row of windows: see Canvas.
 */
export async function runWindows(run: WindowRun, settings: WindowSettings, pixels: Pixels): Promise<Uint8Array> {
  const { width, height, rgb, given } = pixels;
  const across = layWindows(width, settings);
  const down = layWindows(height, settings);
  const canvas = new Canvas(across, down, run.depth);
  const planes = new Uint8Array(4 * width * height);
  const window = new Uint8Array(settings.size ** 2 * 3);
  try {
    for (const [column, row] of windowsOf(across, down)) {
      cutWindow(rgb, across, down, column, row, window);
      const add = ({ values, layer }: Layers) => {
        canvas.add(column, row, values, layer);
        giveBack(values);
      };
      await run.patch(window, add, column, row);
      for (const block of canvas.take(column, row)) {
        const found = await run.finish(block, given && cutBlock(given, width, block));
        putBlock(planes, width, height, block, found);
        giveBack(found);
        canvas.recycle(block);
      }
    }
    return planes;
  } finally {
    canvas.release();
    giveBack(window);
  }
}

function cutBlock(plane: Uint8Array, stride: number, block: Block): Uint8Array {
  const { x, y, width, height } = block;
  const cut = new Uint8Array(width * height);
  for (let line = 0; line < height; line++) {
    const at = (y + line) * stride + x;
    cut.set(plane.subarray(at, at + width), line * width);
  }
  return cut;
}

function putBlock(planes: Uint8Array, stride: number, lines: number, block: Block, found: Uint8Array): void {
  const { x, y, width, height } = block;
  for (let row = 0; row < 4 * height; row++) {
    const [plane, line] = [Math.floor(row / height), row % height];
    planes.set(found.subarray(row * width, (row + 1) * width), (plane * lines + y + line) * stride + x);
  }
}
