import { describe, expect, test } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { INFERNO, scaleColors, scaleShader, VIRIDIS } from '../../renderer/canvas/scales.ts';
import { columnsFor, mapsOf, readMap, tint, type TriedMap } from '../../renderer/views/models/maps.ts';
import { stagesOf } from '../../renderer/views/scan/stages.ts';

const CLASSES = [
  { name: 'road', color: '#ff0000' },
  { name: 'car', color: '#0000ff' },
];
/** Two pixels: label, confidence, disagreement, p(given). */
const planes = (label: number) => new Uint8Array([label, 1, 255, 51, 0, 128, 9, 9]);
const part = (member: string | null) => ({ member, scan: 's', seconds: 0.5, bytes: planes(member ? 1 : 0) });

test('the maps of a trial: given, merge and its planes, then the members in the order of their names', () => {
  const parts = [part(null), part('fold10'), part('fold2')];
  const maps = mapsOf({ width: 2, height: 1, given: new Uint8Array([0, IGNORE]), parts });
  expect(maps.map(({ name }) => name)).toEqual([
    'Given label',
    'Merge',
    'Confidence',
    'Disagreement',
    'fold2',
    'fold10',
  ]);
  expect(maps.map((map) => readMap(map, 0.9, 0.5, CLASSES))).toEqual([
    'no label',
    'car 0.20',
    '0.20',
    '0.50 bit',
    'car 0.20',
    'car 0.20',
  ]);
  expect(mapsOf({ width: 2, height: 1, given: null, parts }).at(0)?.name).toBe('Merge');
});

test('class colours cover the picture, but not where there is no label', () => {
  const map: TriedMap = { id: 'm', name: 'm', kind: 'labels', width: 2, height: 1, data: new Uint8Array([1, IGNORE]) };
  const pixels = new Uint8ClampedArray([100, 100, 100, 255, 100, 100, 100, 255]);
  tint(pixels, map, [
    [255, 0, 0],
    [0, 0, 255],
  ]);
  expect([...pixels]).toEqual([40, 40, 193, 255, 100, 100, 100, 255]);
});

describe('colour scales', () => {
  test('run from dark to bright, as matplotlib draws them', () => {
    for (const [scale, first, last] of [
      [VIRIDIS, [68, 1, 84], [253, 231, 37]],
      [INFERNO, [0, 0, 4], [252, 255, 164]],
    ] as const) {
      const colors = scaleColors(scale);
      expect(colors).toHaveLength(256);
      for (const [color, expected] of [
        [colors[0], first],
        [colors[255], last],
      ] as const)
        color.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(9));
    }
  });

  test('are the same polynomial in the shader', () => {
    const shader = scaleShader('viridis', VIRIDIS);
    expect(shader.match(/const vec3/g)).toHaveLength(VIRIDIS.length);
    expect(shader).toContain('c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * (c5 + t * (c6))))))');
  });
});

describe('tiles', () => {
  const tile = { aspect: 4 / 3, line: 20, gap: 10 };

  test('are as large as fits', () => {
    for (const [count, width, height] of [
      [5, 1100, 450],
      [10, 700, 300],
      [1, 300, 900],
    ]) {
      const { columns, width: side } = columnsFor(count, { width, height }, tile);
      const rows = Math.ceil(count / columns);
      expect(columns * side + (columns - 1) * tile.gap).toBeLessThanOrEqual(width);
      expect(rows * (side / tile.aspect + tile.line) + (rows - 1) * tile.gap).toBeLessThanOrEqual(height + 1);
    }
    expect(columnsFor(10, { width: 1100, height: 400 }, tile).columns).toBe(5);
  });

  test('have no width where there is no room', () => {
    expect(columnsFor(4, { width: 0, height: 0 }, tile).width).toBe(0);
  });
});

test('where the time of a scan went', () => {
  const stages = { decode: 1, pre: null, model: 8, post: null, cases: 1, encode: 0 };
  expect(stagesOf(stages).map(({ name, share }) => [name, share])).toEqual([
    ['reading', 0.1],
    ['graphs', 0.8],
    ['cases', 0.1],
    ['packing', 0],
  ]);
  expect(stagesOf({ ...stages, pre: 2, post: 4 }).map(({ name }) => name)).toContain('networks');
  expect(stagesOf({ ...stages, decode: 0, model: 0, cases: 0 })).toEqual([]);
});
