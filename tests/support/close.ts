import { expect } from 'vitest';
import type { Planes } from '../../common/planes.ts';

/** Bytes may differ by rounding, labels where two classes are as good as equal. */
export function expectClose(
  found: Planes,
  expected: Planes,
  { planes = ['confidence', 'disagreement', 'pGiven'], bytes = 1, labels = 2 }: Closeness = {},
): void {
  for (const plane of planes) {
    const worst = found[plane].reduce((most, value, i) => Math.max(most, Math.abs(value - expected[plane][i])), 0);
    expect(worst, plane).toBeLessThanOrEqual(bytes);
  }
  expect([...found.label].filter((value, i) => value !== expected.label[i]).length).toBeLessThanOrEqual(labels);
}

export interface Closeness {
  planes?: ('confidence' | 'disagreement' | 'pGiven')[];
  bytes?: number;
  labels?: number;
}
