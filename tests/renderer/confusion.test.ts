import { expect, test } from 'vitest';
import {
  agreement,
  confusedPairs,
  largestConfusion,
  presentClasses,
  rowShares,
} from '../../renderer/plots/confusion.ts';
import { cellText, drawMatrix, matrixTable, type Matrix } from '../../renderer/plots/matrix.ts';
import { cellColor, cellDepth, depth, LEAST_SHARE } from '../../renderer/plots/shade.ts';
import { svgFile } from '../../renderer/plots/svg.ts';
import { DARK, LIGHT } from '../../renderer/plots/theme.ts';
import { noise } from '../support/random.ts';
import { parseXml } from '../support/xml.ts';

const random = noise(3);
const made = (n: number) =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 10_000 : random() < 0.3 ? Math.round(900 * random()) : 0)),
  );
const counts = made(9);
const matrixOf = (counts: number[][], shown = presentClasses(counts)): Matrix => ({
  label: 'm',
  names: counts.map((_, i) => `class ${i}`),
  shown,
  counts,
  scale: 'log',
});

test('the shares of a row come to one, and a class that is nowhere is left out', () => {
  for (const row of rowShares(counts)) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  const absent = counts.map((row, i) => row.map((pixels, j) => (i === 4 || j === 4 ? 0 : pixels)));
  expect(rowShares(absent)[4]).toEqual(new Array(9).fill(0));
  expect(presentClasses(absent)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
  // Proposed, though nobody labelled it.
  absent[0][4] = 1;
  expect(presentClasses(absent)).toContain(4);
});

test('what is confused comes most first, without the diagonal, by pixels or by share', () => {
  const every = confusedPairs(counts, 'pixels', 1000);
  expect(every.reduce((sum, { pixels }) => sum + pixels, 0)).toBe(
    counts.flat().reduce((a, b) => a + b, 0) - counts.reduce((sum, row, i) => sum + row[i], 0),
  );
  for (const by of ['pixels', 'share'] as const) {
    const pairs = confusedPairs(counts, by, 12);
    expect(pairs).toHaveLength(12);
    expect(pairs.map((pair) => pair[by])).toEqual(pairs.map((pair) => pair[by]).toSorted((a, b) => b - a));
    for (const { given, proposed, pixels } of pairs) expect(pixels).toBe(counts[given][proposed]);
  }
  expect(largestConfusion(rowShares(counts))).toBeCloseTo(confusedPairs(counts, 'share', 1)[0].share, 12);
  expect(largestConfusion([[1]])).toBe(0);
});

test('agreement is the share of the diagonal, and nothing where there is nothing', () => {
  expect(agreement([[3, 1], [0, 4]])).toBe(7 / 8); // prettier-ignore
  expect(agreement([[0, 0], [0, 0]])).toBeNull(); // prettier-ignore
});

test('more of a row is never drawn fainter, and nothing is told from little', () => {
  for (const scale of ['share', 'log'] as const) {
    const shares = [0, 1e-6, LEAST_SHARE, 1e-3, 0.01, 0.1, 0.3];
    const depths = shares.map((share) => depth(share, 0.3, scale));
    expect(depths).toEqual(depths.toSorted((a, b) => a - b));
    expect(depths[0]).toBe(0);
    expect(depths.at(-1)).toBeCloseTo(1, 9);
  }
  expect(depth(1e-6, 0.3, 'log')).toBeGreaterThan(0);
  expect(depth(0, 0, 'log')).toBe(0);
});

test('the diagonal has no hue', () => {
  for (const theme of [LIGHT, DARK])
    for (const share of [0, 0.4, 1]) {
      const color = cellColor(cellDepth(share, true, 0.2, 'log'), true, theme);
      const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(16);
    }
});

test('cells say their share as shortly as it can be read', () => {
  expect([0, 0.0004, 0.0006, 0.012, 0.0995, 0.994, 1].map(cellText)).toEqual(['', '', '0.1', '1.2', '10', '99', '100']);
});

test('a saved matrix names every class twice and says every cell; hundreds of classes stay a small file', () => {
  const few = matrixOf(counts);
  const texts = texted(svgFile(drawMatrix(few, 720, LIGHT)));
  for (const name of few.names) expect(texts.filter((word) => word === name)).toHaveLength(2);
  expect(svgFile(drawMatrix(few, 720, LIGHT)).match(/pixels, /g)).toHaveLength(81);
  const many = svgFile(drawMatrix(matrixOf(made(255)), 720, LIGHT));
  expect(() => parseXml(many)).not.toThrow();
  expect(many.length).toBeLessThan(1_500_000);
  expect(many.match(/<path/g)?.length).toBeLessThan(140);
});

test('the table of a matrix has its counts, with the classes that are shown', () => {
  const [head, ...rows] = matrixTable(matrixOf(counts, [1, 3]));
  expect(head.slice(1)).toEqual(['class 1', 'class 3']);
  expect(rows).toEqual([
    ['class 1', counts[1][1], counts[1][3]],
    ['class 3', counts[3][1], counts[3][3]],
  ]);
});

function texted(file: string): string[] {
  const walk = (node: ReturnType<typeof parseXml>): string[] => [
    ...(node.name === 'text' ? [node.text] : []),
    ...node.children.flatMap(walk),
  ];
  return walk(parseXml(file));
}
