import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BLENDS, type Blend, type WindowSettings } from '../../common/ensemble.ts';
import { Canvas } from '../../main/engine/inference/windows/canvas.ts';
import { runWindows, type WindowRun } from '../../main/engine/inference/windows/windowed.ts';
import { blendWeights, layWindows, mirrored, windowsOf } from '../../main/engine/inference/windows/windows.ts';
import { noise } from '../support/random.ts';

const PLAIN: WindowSettings = { size: 8, overlap: 0.5, blend: 'constant', keep: 1 };

/** Settings and lengths that are awkward in every way. */
const AWKWARD: [length: number, change: Partial<WindowSettings>][] = [
  [1, {}],
  [3, {}],
  [7, { size: 8 }],
  [8, { size: 8 }],
  [9, { size: 8 }],
  [16, { overlap: 0 }],
  [17, { overlap: 0 }],
  [31, { size: 7, overlap: 0.25 }],
  [40, { size: 7, overlap: 0.9 }],
  [41, { size: 12, overlap: 0.3, keep: 0.5 }],
  [41, { size: 12, overlap: 0, keep: 0.5 }],
  [41, { size: 11, overlap: 0.5, keep: 0.1 }],
  [23, { size: 12, overlap: 0.99 }],
];

const each = BLENDS.flatMap((blend) =>
  AWKWARD.map(([length, change]) => ({ length, settings: { ...PLAIN, ...change, blend } })),
);

describe('windows along an axis', () => {
  it('lie where MONAI lays them', () => {
    // int(size · (1 − overlap)) apart, the last one shifted back inside.
    expect(layWindows(1920, { ...PLAIN, size: 512 }).starts).toEqual([0, 256, 512, 768, 1024, 1280, 1408]);
    expect(layWindows(100, { ...PLAIN, size: 100 }).starts).toEqual([0]);
    expect(layWindows(101, { ...PLAIN, size: 100, overlap: 0 }).starts).toEqual([0, 1]);
    expect(layWindows(30, { ...PLAIN, size: 10, overlap: 0.25 }).starts).toEqual([0, 7, 14, 20]);
    expect(layWindows(7, { ...PLAIN, size: 10 }).starts).toEqual([-1]);
  });

  it.each(each)('count for 1 in all at every pixel: $length $settings', ({ length, settings }) => {
    const { starts, shares } = layWindows(length, settings);
    const total = new Float64Array(length);
    for (const [i, start] of starts.entries()) {
      expect(Math.max(...shares[i])).toBeGreaterThan(0);
      shares[i].forEach((share, n) => {
        expect(share).toBeGreaterThanOrEqual(0);
        const inside = start + n >= 0 && start + n < length;
        if (inside) total[start + n] += share;
        else expect(share).toBe(0);
      });
    }
    for (const value of total) expect(value).toBeCloseTo(1, 12);
  });

  it.each(each)('leave spans for which the same ones count: $length $settings', ({ length, settings }) => {
    const { starts, shares, spans } = layWindows(length, settings);
    let end = 0;
    for (const { from, to, first, last } of spans) {
      expect(from).toBe(end);
      end = to;
      for (let x = from; x < to; x++) {
        const counting = [...starts.keys()].filter((i) => shares[i][x - starts[i]] > 0);
        expect(counting).toEqual(Array.from({ length: last - first + 1 }, (_, i) => first + i));
      }
    }
    expect(end).toBe(length);
  });

  it('count with their centres only, but up to the border of the picture', () => {
    const { starts, shares } = layWindows(40, { ...PLAIN, size: 16, overlap: 0.25, keep: 0.5 });
    expect(starts).toEqual([0, 8, 16, 24]);
    const counting = shares.map((share) => [share.findIndex((one) => one > 0), share.findLastIndex((one) => one > 0)]);
    expect(counting).toEqual([[0, 11], [4, 11], [4, 11], [4, 15]]); // prettier-ignore
  });

  it('weigh by their formulas, never 0', () => {
    expect([...blendWeights(4, 'constant')]).toEqual([1, 1, 1, 1]);
    const gaussian = blendWeights(8, 'gaussian');
    gaussian.forEach((weight, i) => expect(weight).toBeCloseTo(Math.exp(-((i - 3.5) ** 2) / 2), 12));
    const hann = blendWeights(6, 'hann');
    hann.forEach((weight, i) => expect(weight).toBeCloseTo(Math.sin((Math.PI * (i + 0.5)) / 6) ** 2, 12));
    for (const blend of BLENDS)
      for (const size of [1, 2, 33, 512, 4096]) {
        const weights = blendWeights(size, blend);
        expect(Math.min(...weights)).toBeGreaterThan(0);
        weights.forEach((weight, i) => expect(weight).toBeCloseTo(weights[size - 1 - i], 12));
      }
  });

  it('see beyond a small picture its mirror image', () => {
    expect([...mirrored(-2, 8, 4)]).toEqual([2, 1, 0, 1, 2, 3, 2, 1]);
    expect([...mirrored(-4, 9, 2)]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0]);
    expect([...mirrored(-2, 4, 1)]).toEqual([0, 0, 0, 0]);
    expect([...mirrored(3, 4, 9)]).toEqual([3, 4, 5, 6]);
  });
});

const LAYERS = 3;
const random = noise(11);

/** A "network" that looks at one place only: layer k of a pixel is its colour k, label and all. */
function pointwise(size: number): WindowRun {
  return {
    depth: LAYERS,
    patch: (rgb, add) => {
      const values = new Float32Array(LAYERS * size * size);
      for (let i = 0; i < size * size; i++)
        for (let k = 0; k < LAYERS; k++) values[k * size * size + i] = rgb[i * 3 + k];
      // In two parts, as members and kinds of sums come.
      add({ layer: 0, values: values.slice(0, size * size) });
      add({ layer: 1, values: values.slice(size * size) });
      return Promise.resolve();
    },
    finish: ({ values, width, height }, given) => {
      const plane = width * height;
      const found = new Uint8Array(4 * plane);
      for (let i = 0; i < LAYERS * plane; i++) found[i] = Math.round(values[i]);
      if (given) found.set(given, 3 * plane);
      return Promise.resolve(found);
    },
  };
}

const SIZES = [[1, 1], [5, 3], [3, 40], [24, 17], [41, 33], [8, 8], [16, 8]]; // prettier-ignore
const BLENDED = [
  ...BLENDS.map((blend) => ({ ...PLAIN, blend })),
  ...BLENDS.map((blend) => ({ ...PLAIN, blend, size: 13, overlap: 0.3 })),
  ...BLENDS.map((blend) => ({ ...PLAIN, blend, size: 13, overlap: 0.7, keep: 0.4 })),
  { ...PLAIN, overlap: 0 },
  { ...PLAIN, size: 9, overlap: 0.9, blend: 'hann' as Blend },
];

describe('windows of a picture', () => {
  it.each(BLENDED)('give what the whole gives, where only one place is looked at: %o', async (settings) => {
    for (const [width, height] of SIZES) {
      const rgb = Uint8Array.from({ length: width * height * 3 }, () => 256 * random());
      const given = Uint8Array.from({ length: width * height }, () => 256 * random());
      const planes = await runWindows(pointwise(settings.size), settings, { width, height, rgb, given });
      const expected = new Uint8Array(4 * width * height);
      for (let i = 0; i < width * height; i++) {
        for (let k = 0; k < 3; k++) expected[k * width * height + i] = rgb[i * 3 + k];
        expected[3 * width * height + i] = given[i];
      }
      expect(planes, `${width}×${height}`).toEqual(expected);
    }
  });

  it('hold no more than what a row of windows shares with the next', () => {
    const settings: WindowSettings = { size: 32, overlap: 0.5, blend: 'gaussian', keep: 1 };
    const [across, down] = [layWindows(200, settings), layWindows(1000, settings)];
    const canvas = new Canvas(across, down, 2);
    const values = new Float32Array(2 * 32 * 32).fill(1);
    let most = 0;
    let pixels = 0;
    for (const [column, row] of windowsOf(across, down)) {
      canvas.add(column, row, values, 0);
      most = Math.max(most, canvas.held);
      for (const block of canvas.take(column, row)) {
        pixels += block.width * block.height;
        expect(block.values.every((value) => Math.abs(value - 1) < 1e-5)).toBe(true);
        canvas.recycle(block);
      }
    }
    expect(canvas.held).toBe(0);
    expect(pixels).toBe(200 * 1000);
    // What a row of windows shares with the next, and two windows at hand, though the last row lies on the one before.
    expect(down.starts.slice(-2)).toEqual([960, 968]);
    expect(most).toBeLessThanOrEqual(2 * (16 * 200 + 2 * 32 * 32));
  });
});

interface Recorded extends Pick<WindowSettings, 'size' | 'overlap' | 'blend'> {
  width: number;
  height: number;
  /** numbers apart by spaces: along one axis of a window; at each pixel */
  weights: string;
  values: string;
}

describe('beside MONAI', () => {
  const file = join(import.meta.dirname, '..', 'fixtures', 'monai', 'sliding-window.json');
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[];

  it.each(recorded)('come to the same: $width × $height, $size, $overlap, $blend', async (one) => {
    const { width, height, size } = one;
    const [weights, expected] = [one.weights, one.values].map((text) => text.split(' ').map(Number));
    const found = new Float32Array(width * height);
    const run: WindowRun = {
      depth: 1,
      // See fixtures/monai/make.py.
      patch: (rgb, add) => {
        const values = new Float32Array(size * size).map(
          (_, i) => rgb[i * 3] * (1 + Math.floor(i / size) / size) + 10 * (i % size),
        );
        add({ layer: 0, values });
        return Promise.resolve();
      },
      finish: ({ x, y, ...block }) => {
        block.values.forEach((value, i) => {
          found[(y + Math.floor(i / block.width)) * width + x + (i % block.width)] = value;
        });
        return Promise.resolve(new Uint8Array(4 * block.width * block.height));
      },
    };
    const rgb = new Uint8Array(width * height * 3).map((_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return (x * 31 + y * 17 + x * y) % 256;
    });
    await runWindows(run, { ...one, keep: 1 }, { width, height, rgb, given: null });
    blendWeights(size, one.blend).forEach((weight, i) => expect(weight).toBeCloseTo(weights[i], 5));
    found.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(0.006));
  });
});
