import { describe, expect, it } from 'vitest';
import { decodeRle, encodeRle, paintRle, rleArea, splitRle, wholeRle } from '../../common/rle.ts';

/** Deterministic noise (mulberry32), 0..1. */
function noise(seed: number) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('COCO compressed run lengths', () => {
  it('come back as they went, whatever the density', () => {
    const random = noise(7);
    for (const [width, height, density] of [
      [1, 1, 0],
      [1, 1, 1],
      [7, 5, 0.5],
      [480, 360, 0.01],
      [333, 3, 0.97],
    ]) {
      const mask = Uint8Array.from({ length: width * height }, () => (random() < density ? 1 : 0));
      const rle = encodeRle(mask, width, height);
      expect(decodeRle(rle, width, height)).toEqual(mask);
      expect(rleArea(rle)).toBe(mask.reduce((a, b) => a + b, 0));
    }
  });

  it('come out the same when looked for in a box only, wherever the box touches the edge', () => {
    const random = noise(11);
    const [width, height] = [9, 7];
    for (const box of [
      [0, 0, 9, 7],
      [0, 0, 4, 3],
      [5, 4, 4, 3],
      [2, 0, 3, 7],
      [0, 2, 9, 2],
      [3, 3, 1, 1],
    ] as const) {
      const [left, top, across, down] = box;
      for (const density of [0.5, 1]) {
        const mask = new Uint8Array(width * height);
        for (let y = top; y < top + down; y++)
          for (let x = left; x < left + across; x++) mask[y * width + x] = random() <= density ? 1 : 0;
        expect(encodeRle(mask, width, height, box)).toBe(encodeRle(mask, width, height));
        expect(decodeRle(encodeRle(mask, width, height, box), width, height)).toEqual(mask);
      }
    }
  });

  it('are the strings pycocotools writes', () => {
    // pycocotools.mask.encode of a mask of 4 rows and 6 columns with rows 1..2, columns 1..3 set
    const mask = new Uint8Array(24);
    for (const y of [1, 2]) for (const x of [1, 2, 3]) mask[y * 6 + x] = 1;
    expect(encodeRle(mask, 6, 4)).toBe('5220007');
  });

  it('paint only inside, and count what changed', () => {
    const mask = Uint8Array.from([0, 1, 1, 0, 1, 0]);
    const target = Uint8Array.from([9, 9, 5, 9, 9, 9]);
    expect(paintRle(encodeRle(mask, 3, 2), target, 3, 2, 5)).toBe(2);
    expect([...target]).toEqual([9, 5, 5, 9, 5, 9]);
  });

  it('of a wrong size or cut short are refused', () => {
    const rle = encodeRle(new Uint8Array(12).fill(1), 4, 3);
    expect(() => decodeRle(rle, 5, 3)).toThrow('Expected run lengths of 15 pixels');
    const long = encodeRle(
      Uint8Array.from({ length: 100 }, (_, i) => (i > 40 ? 1 : 0)),
      10,
      10,
    );
    expect(() => decodeRle(long.slice(0, -1), 10, 10)).toThrow('Expected');
  });
});

describe('a region split by a key', () => {
  it('gives for each key what encoding its mask gives', () => {
    const random = noise(11);
    for (const [width, height] of [
      [1, 1],
      [5, 7],
      [64, 48],
    ]) {
      const region = Uint8Array.from({ length: width * height }, () => (random() < 0.7 ? 1 : 0));
      const keys = Int8Array.from({ length: width * height }, () => Math.floor(random() * 4) - 1);
      const parts = splitRle(encodeRle(region, width, height), width, height, (i) => keys[i]);
      for (const key of [0, 1, 2]) {
        const mask = region.map((inside, i) => (inside && keys[i] === key ? 1 : 0));
        expect(parts.get(key)).toBe(mask.includes(1) ? encodeRle(mask, width, height) : undefined);
      }
      expect(parts.has(-1)).toBe(false);
      const whole = splitRle(wholeRle(width, height), width, height, () => 0);
      expect([...whole.values()]).toEqual([wholeRle(width, height)]);
    }
  });
});
