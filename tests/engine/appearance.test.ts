import { describe, expect, it } from 'vitest';
import { FEATURES } from '../../common/features.ts';
import { colourRatios, lookAt, steepnessOf, type Appearance } from '../../main/engine/noise/appearance.ts';
import { findCases } from '../../main/engine/noise/cases.ts';

const WIDTH = 240;
const HEIGHT = 180;
const [ROAD, CAR] = [0, 1];
const GREY = [90, 90, 90] as const;
const RED = [200, 30, 30] as const;
type Box = readonly [x: number, y: number, width: number, height: number];

/** A car everybody knows of, and a place that is labelled road and proposed as car. */
const KNOWN: Box = [20, 20, 50, 40];
const DOUBTED: Box = [140, 90, 50, 40];

const within = (i: number, [x, y, width, height]: Box) => {
  const [column, row] = [i % WIDTH, Math.floor(i / WIDTH)];
  return column >= x && column < x + width && row >= y && row < y + height;
};
const map = (value: (i: number) => number) => Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => value(i));

const given = map((i) => (within(i, KNOWN) ? CAR : ROAD));
const planes = {
  width: WIDTH,
  height: HEIGHT,
  label: map((i) => (within(i, KNOWN) || within(i, DOUBTED) ? CAR : ROAD)),
  confidence: map(() => 190),
  disagreement: map(() => 10),
  pGiven: map((i) => (within(i, DOUBTED) ? 45 : 190)),
};
const paint = (red: (i: number) => boolean) =>
  Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, at) => (red(Math.floor(at / 3)) ? RED : GREY)[at % 3]);
const carIsThere = paint((i) => within(i, KNOWN) || within(i, DOUBTED));
const roadIsThere = paint((i) => within(i, KNOWN));

const colour = FEATURES.findIndex(({ name }) => name === 'colour');
const only = (rgb: Uint8Array | null) => {
  const found = findCases(planes, given, 2, { rgb });
  expect(found).toHaveLength(1);
  return found[0];
};

const ratioAt = (appearance: Appearance, i: number, proposed: number, given: number) =>
  colourRatios(appearance, i, i + 1, proposed, given);
const steepnessAt = (appearance: Appearance, i: number) => steepnessOf(appearance, i, i + 1);

describe('what the picture says', () => {
  it('colours of the proposed class speak for an error, those of the given class against it', () => {
    const [car, nothing, road] = [carIsThere, null, roadIsThere].map(only);
    expect(car.features[colour]).toBeGreaterThan(nothing.features[colour]);
    expect(road.features[colour]).toBeLessThan(nothing.features[colour]);
    expect(car.score).toBeGreaterThan(road.score);
  });

  it('changes the score of a region, never the region', () => {
    const [car, road] = [only(carIsThere), only(roadIsThere)];
    expect([car.rle, car.given, car.proposed]).toEqual([road.rle, road.given, road.proposed]);
  });

  it('is the log-ratio of how often a colour is seen in one class and in the other', () => {
    const appearance = lookAt(carIsThere, planes, given, 2);
    const [red, grey] = [140 + 90 * WIDTH, 0];
    expect(ratioAt(appearance, red, CAR, ROAD)).toBeGreaterThan(3);
    expect(ratioAt(appearance, grey, CAR, ROAD)).toBeLessThan(-3);
    expect(ratioAt(appearance, red, CAR, ROAD)).toBeCloseTo(-ratioAt(appearance, red, ROAD, CAR), 10);
    expect(ratioAt(appearance, red, CAR, CAR)).toBe(0);
  });

  it('is learned only where label and proposal agree', () => {
    expect(lookAt(carIsThere, planes, given, 2).seen).toEqual(lookAt(roadIsThere, planes, given, 2).seen);
  });

  it('is steep across an edge, by the grey levels over two pixels, and flat everywhere else', () => {
    const appearance = lookAt(carIsThere, planes, given, 2);
    const row = 100 * WIDTH;
    expect(steepnessAt(appearance, row + 140)).toBe(GREY[1] - RED[1]);
    expect(steepnessAt(appearance, row + 160)).toBe(0);
    expect(steepnessAt(appearance, row)).toBe(0);
    const each = Array.from({ length: 60 }, (_, n) => row + 110 + n);
    const sum = (of: (i: number) => number) => each.reduce((all, i) => all + of(i), 0);
    expect(steepnessOf(appearance, row + 110, row + 170)).toBe(sum((i) => steepnessAt(appearance, i)));
    expect(colourRatios(appearance, row + 110, row + 170, CAR, ROAD)).toBe(
      sum((i) => ratioAt(appearance, i, CAR, ROAD)),
    );
  });
});
