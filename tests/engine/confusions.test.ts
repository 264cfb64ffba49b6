import { expect, it } from 'vitest';
import { presence, usualConfusion, type Confusions } from '../../main/engine/noise/confusions.ts';

/** Rows: given class; columns: proposed class. Class 2 is proposed and labelled nowhere, class 3 labelled and proposed nowhere. */
const confusions: Confusions = {
  classes: 4,
  pixels: Float64Array.from([8000, 1000, 700, 0, 500, 6000, 0, 0, 0, 0, 0, 0, 600, 200, 0, 0]),
  total: 17000,
};

it('tells how much of the picture is labelled as the proposed class, and proposed as the given one', () => {
  const common = presence(confusions, 0, 1);
  expect(common.proposedLabelled).toBeCloseTo(6501 / 17001, 9);
  expect(common.givenProposed).toBeCloseTo(9101 / 17001, 9);
});

it('keeps classes that are not there off 0', () => {
  expect(presence(confusions, 0, 2).proposedLabelled).toBeCloseTo(1 / 17001, 9);
  expect(presence(confusions, 3, 0).givenProposed).toBeCloseTo(1 / 17001, 9);
});

it('counts how usual a confusion is without the region it is asked for', () => {
  // The prior is worth ten pixels, a tenth of them confused.
  const { ofGiven, ofProposed } = usualConfusion(confusions, 1000, 0, 1);
  expect(ofGiven).toBeCloseTo(1 / (8000 + 10), 9);
  expect(ofProposed).toBeCloseTo(1 / (6000 + 10), 9);
  expect(usualConfusion(confusions, 400, 0, 1).ofGiven).toBeCloseTo(601 / 8610, 9);
});
