import { describe, expect, it } from 'vitest';
import { coverMap, findComponents } from '../../main/engine/masks/components.ts';
import { noise } from '../support/random.ts';

const SKIP = 9;

/** Component index of every pixel by flood fill, −1 where skipped: slow, plain, 8-connected. */
function flood(values: Uint8Array, width: number, height: number): Int32Array {
  const of = new Int32Array(values.length).fill(-1);
  let count = 0;
  for (let seed = 0; seed < values.length; seed++) {
    if (values[seed] === SKIP || of[seed] >= 0) continue;
    const open = [seed];
    of[seed] = count;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [nx, ny] = [x + dx, y + dy];
          const next = ny * width + nx;
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          if (of[next] >= 0 || values[next] !== values[seed]) continue;
          of[next] = count;
          open.push(next);
        }
      }
    }
    count++;
  }
  return of;
}

describe('components', () => {
  it('are those of a flood fill, on maps of any grain and shape', () => {
    const next = noise(11);
    const sizes = [
      [1, 1],
      [1, 40],
      [40, 1],
      [37, 23],
      [64, 48],
    ];
    for (const [width, height] of sizes) {
      for (const classes of [1, 2, 3, 5]) {
        const values = Uint8Array.from({ length: width * height }, () =>
          next() < 0.4 ? SKIP : Math.floor(next() * classes),
        );
        const found = findComponents(values, width, height, SKIP);
        const of = new Int32Array(values.length).fill(-1);
        for (let c = 0; c < found.count; c++) {
          let area = 0;
          for (let run = found.first[c]; run < found.first[c + 1]; run++) {
            of.fill(c, found.start[run], found.end[run]);
            area += found.end[run] - found.start[run];
            expect(Math.floor(found.start[run] / width)).toBe(Math.floor((found.end[run] - 1) / width));
          }
          expect(found.area[c]).toBe(area);
          expect(found.value[c]).toBe(values[found.start[found.first[c]]]);
        }
        expect(of).toEqual(flood(values, width, height));
        // With nothing to skip, all of the map is covered by the same regions.
        const all = values.map((value) => (value === SKIP ? classes : value));
        const cover = coverMap(all, width, height);
        const covered = new Int32Array(all.length);
        cover.end.forEach((end, run) => covered.fill(cover.of[run], run ? cover.end[run - 1] : 0, end));
        expect(covered).toEqual(flood(all, width, height));
        expect([...cover.area]).toEqual([...findComponents(all, width, height, SKIP).area]);
      }
    }
  });

  it('do not remember an earlier map, even a larger one with more runs than fitted', () => {
    const stripes = Uint8Array.from({ length: 200 * 100 }, (_, i) => i % 2);
    expect(findComponents(stripes, 200, 100, SKIP).count).toBe(200);
    const found = findComponents(Uint8Array.from([0, SKIP, 0, 0]), 2, 2, SKIP);
    expect([found.count, ...found.area]).toEqual([1, 3]);
    expect(findComponents(new Uint8Array(6).fill(SKIP), 3, 2, SKIP).count).toBe(0);
  });
});
