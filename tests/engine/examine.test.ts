import { expect, it } from 'vitest';
import type { SampleRow } from '../../common/dataset.ts';
import { examine } from '../../main/engine/inference/examine.ts';

const WIDTH = 80;
const HEIGHT = 60;

/** A square that the planes are sure of and the label lacks. */
function missingSquare() {
  const inside = (i: number) => Math.abs((i % WIDTH) - 40) < 10 && Math.abs(Math.floor(i / WIDTH) - 30) < 10;
  const plane = (on: number, off: number) =>
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (inside(i) ? on : off));
  const bytes = Uint8Array.from([...plane(1, 0), ...plane(250, 250), ...plane(0, 0), ...plane(3, 250)]);
  return { bytes, given: new Uint8Array(WIDTH * HEIGHT) };
}

it('halves what members say that were trained on the label', () => {
  const { bytes, given } = missingSquare();
  const sample = { name: 'a' } as SampleRow;
  const [held, seen] = [true, false].map((heldOut) =>
    examine({ sample, heldOut }, { width: WIDTH, height: HEIGHT, given }, bytes, 2),
  );
  expect(held.cases[0].score).toBeGreaterThan(0.5);
  expect(seen.cases[0].score).toBeCloseTo(held.cases[0].score / 2, 5);
  expect(seen.result.score).toBeLessThan(0.5);
  expect([held.cases[0].heldOut, seen.cases[0].heldOut]).toEqual([true, false]);
  expect(seen.cases[0].id).toBe(held.cases[0].id);
});
