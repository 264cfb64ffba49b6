import { describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import type { Planes } from '../../common/planes.ts';
import { decodeRle, encodeRle } from '../../common/rle.ts';
import { findCases, type FoundCase } from '../../main/engine/noise/cases.ts';
import { noise } from '../support/random.ts';

const [WIDTH, HEIGHT, CLASSES] = [480, 360, 5];
const [SKY, ROAD, CAR, BUS] = [0, 1, 2, 3];
type Shape = (x: number, y: number) => boolean;
const disc =
  (cx: number, cy: number, r: number): Shape =>
  (x, y) =>
    (x - cx) ** 2 + (y - cy) ** 2 < r * r;
const box =
  (left: number, top: number, across: number, down: number): Shape =>
  (x, y) =>
    x >= left && x < left + across && y >= top && y < top + down;

/** Sky over road, with shapes painted on in turn. */
function draw(shapes: [Shape, number][], width = WIDTH, height = HEIGHT): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return shapes.reduce((label, [shape, other]) => (shape(x, y) ? other : label), y < height / 2 ? SKY : ROAD);
  });
}

/** A model that is `p` sure of `label` and leaves the rest to the other classes, evenly. */
function propose(label: Uint8Array, given: Uint8Array, p = 0.98, width = WIDTH): Planes {
  const rest = (1 - p) / (CLASSES - 1);
  return {
    width,
    height: label.length / width,
    label,
    confidence: new Uint8Array(label.length).fill(Math.round(255 * p)),
    disagreement: new Uint8Array(label.length),
    pGiven: given.map((one, i) => (one === IGNORE ? 255 : Math.round(255 * (one === label[i] ? p : rest)))),
  };
}

const find = (truth: Uint8Array, given: Uint8Array, p?: number, width?: number) =>
  findCases(propose(truth, given, p, width), given, CLASSES);
const maskOf = ({ rle }: FoundCase) => decodeRle(rle, WIDTH, HEIGHT);
const rleOf = (shape: Shape) =>
  encodeRle(
    draw([[shape, BUS]]).map((one) => (one === BUS ? 1 : 0)),
    WIDTH,
    HEIGHT,
  );

/** Blotches in truth and label on a smaller picture, with uneven confidence: many overlapping candidates. */
function blotchy(seed: number) {
  const [width, height] = [160, 120];
  const next = noise(seed);
  const blotch = (): [Shape, number] => [
    disc(next() * width, next() * height, 3 + next() * 20),
    Math.floor(next() * CLASSES),
  ];
  const common = Array.from({ length: 10 }, blotch);
  const truth = draw([...common, ...Array.from({ length: 8 }, blotch)], width, height);
  const given = draw([...common, ...Array.from({ length: 8 }, blotch), [box(70, 0, 10, 120), IGNORE]], width, height);
  const planes = propose(truth, given, 0.98, width);
  planes.confidence.forEach((byte, i) => (planes.confidence[i] = byte * (0.4 + 0.6 * next())));
  return { planes, given, width };
}

describe('cases of a picture', () => {
  const circle = disc(200, 100, 20);
  const base = draw([]);
  const withCar = draw([[circle, CAR]]);

  it('are none where the proposal says the same', () => {
    expect(find(withCar, withCar)).toEqual([]);
  });

  it.each([
    { kind: 'missing', truth: withCar, given: base, from: SKY, to: CAR },
    { kind: 'extra', truth: base, given: withCar, from: CAR, to: SKY },
    { kind: 'wrong-class', truth: withCar, given: draw([[circle, BUS]]), from: BUS, to: CAR },
  ])('name one $kind object, with its mask, box and classes', ({ kind, truth, given, from, to }) => {
    const found = find(truth, given);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind, given: from, proposed: to, bbox: [181, 81, 39, 39], agreement: 1 });
    expect(found[0].rle).toBe(rleOf(circle));
    expect(found[0].area).toBe(maskOf(found[0]).reduce((a, b) => a + b, 0));
    expect(found[0].score).toBeGreaterThan(0.5);
    expect(found[0].pGiven).toBeCloseTo(0.005, 2);
  });

  it('call a shifted outline a boundary, however large the object', () => {
    const truth = draw([[box(100, 60, 120, 90), CAR]]);
    const given = draw([[box(104, 60, 120, 90), CAR]]);
    const found = find(truth, given);
    expect(found.map(({ kind }) => kind)).toEqual(['boundary', 'boundary']);
    expect(found.map(({ bbox }) => bbox[2])).toEqual([4, 4]);
  });

  it('see one object over two labels as one', () => {
    const found = find(draw([[box(300, 80, 6, 200), CAR]]), base);
    expect(found).toMatchObject([{ kind: 'missing', proposed: CAR, bbox: [300, 80, 6, 200] }]);
  });

  it('see one labelled object over two classes as one', () => {
    const found = find(base, draw([[box(300, 80, 6, 200), CAR]]));
    expect(found).toMatchObject([{ kind: 'extra', given: CAR, bbox: [300, 80, 6, 200] }]);
  });

  it('split a labelled region where only part of it is contradicted', () => {
    const whole = box(50, 50, 200, 100);
    const given = draw([[whole, CAR]]);
    const truth = draw([[whole, CAR], [box(50, 50, 60, 100), BUS]]); // prettier-ignore
    expect(find(truth, given)).toMatchObject([{ given: CAR, proposed: BUS, bbox: [50, 50, 60, 100] }]);
  });

  it('keep thin and leave specks', () => {
    expect(find(draw([[box(300, 20, 3, 140), CAR]]), base)).toHaveLength(1);
    expect(find(draw([[box(300, 20, 4, 4), CAR]]), base)).toEqual([]);
  });

  it('never hold a pixel without a label', () => {
    const given = base.slice().fill(IGNORE, 0, WIDTH * 100);
    const [found] = find(withCar, given);
    expect(found.bbox[1]).toBe(100);
    expect(find(withCar, base.slice().fill(IGNORE))).toEqual([]);
  });

  it('rise with confidence', () => {
    const scores = [0.4, 0.6, 0.8, 0.95, 0.99].map((p) => find(withCar, base, p)[0]?.score ?? 0);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(new Set(scores).size).toBe(scores.length);
  });

  it('mean the same at twice the size', () => {
    const twice = draw([[disc(400, 200, 40), CAR]], 2 * WIDTH, 2 * HEIGHT);
    const [small] = find(withCar, base);
    const [large] = find(twice, draw([], 2 * WIDTH, 2 * HEIGHT), undefined, 2 * WIDTH);
    expect(large).toMatchObject({ kind: small.kind, given: small.given, proposed: small.proposed });
    expect(Math.abs(large.score - small.score)).toBeLessThan(0.05);
  });
});

describe('cases of any picture', () => {
  it.each([1, 2, 3, 4])('are ranked, bounded, and not repeated (%i)', (seed) => {
    const { planes, given, width } = blotchy(seed);
    const found = findCases(planes, given, CLASSES);
    expect(found.length).toBeGreaterThan(5);
    const masks = found.map(({ rle }) => decodeRle(rle, width, planes.height));
    const taken = new Uint8Array(given.length);
    found.forEach((one, n) => {
      for (const share of [one.score, one.pGiven, one.agreement, one.disagreement]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
      if (n) expect(one.score).toBeLessThanOrEqual(found[n - 1].score);
      masks[n].forEach((inside, i) => {
        if (inside) taken[i] = 1;
      });
    });
    expect(taken.some((inside, i) => inside && (given[i] === IGNORE || given[i] === planes.label[i]))).toBe(false);
    const pixels = found.reduce((sum, { area }) => sum + area, 0);
    expect(taken.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(0.4 * pixels);
  });

  it.each([5, 6])('are the same in a mirror (%i)', (seed) => {
    const { planes, given, width } = blotchy(seed);
    const mirror = (map: Uint8Array) => map.map((_, i) => map[i + width - 1 - 2 * (i % width)]);
    const { label, confidence, disagreement, pGiven } = planes;
    const mirrored = {
      ...planes,
      label: mirror(label),
      confidence: mirror(confidence),
      disagreement: mirror(disagreement),
      pGiven: mirror(pGiven),
    };
    const facts = (found: FoundCase[], flip: boolean) =>
      found.map(({ kind, given, proposed, area, score, bbox: [x, y, w, h] }) =>
        [flip ? width - x - w : x, y, w, h, kind, given, proposed, area, score.toFixed(9)].join(' '),
      );
    expect(facts(findCases(mirrored, mirror(given), CLASSES), true).sort()).toEqual(
      facts(findCases(planes, given, CLASSES), false).sort(),
    );
  });

  it('do not depend on the picture before', () => {
    const { planes, given } = blotchy(7);
    const before = findCases(planes, given, CLASSES);
    find(draw([[disc(40, 40, 20), CAR]], 100, 80), draw([], 100, 80), 0.9, 100);
    findCases(blotchy(8).planes, blotchy(8).given, CLASSES);
    expect(findCases(planes, given, CLASSES)).toEqual(before);
  });
});
