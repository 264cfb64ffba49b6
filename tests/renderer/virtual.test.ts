import { describe, expect, test } from 'vitest';
import { columnsIn, scrollFor, windowOf, type Layout } from '../../renderer/parts/virtual.ts';

const layouts: Layout[] = [
  { count: 0, columns: 3, rowHeight: 100 },
  { count: 1, columns: 3, rowHeight: 100 },
  { count: 100_000, columns: 7, rowHeight: 143.5 },
  { count: 701, columns: 1, rowHeight: 24 },
];
const scrolls = [0, 1, 99, 100, 5000, 1e7];

describe.each(layouts)('a window on $count items in $columns columns', (layout) => {
  test.each(scrolls)('scrolled to %d draws what is in view and little else', (scrollTop) => {
    const { first, end, offset, height } = windowOf(layout, scrollTop, 600);
    expect(first % layout.columns).toBe(0);
    expect(offset).toBe((first / layout.columns) * layout.rowHeight);
    expect(height).toBe(Math.ceil(layout.count / layout.columns) * layout.rowHeight);
    expect(end).toBeLessThanOrEqual(layout.count);
    expect(end - first).toBeLessThanOrEqual((Math.ceil(600 / layout.rowHeight) + 5) * layout.columns);
    for (let item = 0; item < Math.min(layout.count, 2000); item++) {
      const top = Math.floor(item / layout.columns) * layout.rowHeight;
      const inView = top < scrollTop + 600 && top + layout.rowHeight > scrollTop;
      if (inView) expect(item >= first && item < end).toBe(true);
    }
  });
});

test('columns are as many as fit, at least one', () => {
  expect(columnsIn(1000, 148, 8)).toBe(6);
  expect(columnsIn(948, 148, 8)).toBe(6);
  expect(columnsIn(924, 148, 8)).toBe(5);
  expect(columnsIn(20, 148, 8)).toBe(1);
  expect(columnsIn(1000, Infinity, 0)).toBe(1);
});

test('scrolling to an item moves as little as brings it into view', () => {
  const layout = { count: 100, columns: 2, rowHeight: 50 };
  expect(scrollFor(layout, 0, 0, 200)).toBe(0);
  expect(scrollFor(layout, 7, 0, 200)).toBe(0);
  expect(scrollFor(layout, 8, 0, 200)).toBe(50);
  expect(scrollFor(layout, 3, 400, 200)).toBe(50);
});
