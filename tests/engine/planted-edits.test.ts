import { describe, expect, it } from 'vitest';
import type { CaseDetail } from '../../common/case.ts';
import { IGNORE } from '../../common/dataset.ts';
import { encodeRle } from '../../common/rle.ts';
import { boundary, extra, missing, wrongClass, type Edit } from '../../main/engine/planted/edits.ts';
import { findObjects, groundOf, type Ground } from '../../main/engine/planted/ground.ts';
import { judge } from '../../main/engine/planted/judge.ts';
import { randomOf } from '../../main/engine/planted/random.ts';
import { Shapes } from '../../main/engine/planted/shapes.ts';

const [WIDTH, HEIGHT] = [480, 360];
/** Sky above, road below, a strip without a label between them on the right; a car on both and a thin pole. */
const [SKY, ROAD, CAR, POLE] = [0, 1, 2, 3];
const CAR_BOX = { left: 100, top: 160, right: 160, bottom: 200 };

const street = (): Ground => {
  const given = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const { left, top, right, bottom } = CAR_BOX;
      const i = y * WIDTH + x;
      given[i] = y < 180 ? SKY : ROAD;
      if (x > 400 && y >= 175 && y < 185) given[i] = IGNORE;
      if (x >= left && x < right && y >= top && y < bottom) given[i] = CAR;
      if (x >= 300 && x < 304 && y >= 60 && y < 220) given[i] = POLE;
    }
  return groundOf({ name: 'street', width: WIDTH, height: HEIGHT }, given, []);
};

function objectOf(ground: Ground, one: number) {
  const found = findObjects(ground).find((object) => object.class === one);
  if (!found) throw new Error(`Expected an object of class ${one}.`);
  return found;
}

/** The laws of every edit: it changes what it names, to another class that is one, and nothing without a label. */
function expectLawful({ given }: Ground, edit: Edit | null): Edit {
  if (!edit) throw new Error('Expected an edit.');
  const { pixels, labels } = edit;
  expect(pixels.every((i, n) => given[i] !== IGNORE && labels[n] !== IGNORE && labels[n] !== given[i])).toBe(true);
  expect(pixels.every((i, n) => n === 0 || i > pixels[n - 1])).toBe(true);
  return edit;
}

describe('an edit', () => {
  it('forgets an object: each pixel becomes what is nearest around it', () => {
    const ground = street();
    const { kind, pixels, labels } = expectLawful(ground, missing(ground, objectOf(ground, CAR)));
    expect([kind, pixels.length]).toEqual(['missing', 60 * 40]);
    const at = (x: number, y: number) => labels[pixels.indexOf(y * WIDTH + x)];
    expect([at(130, 161), at(130, 198)]).toEqual([SKY, ROAD]);
  });

  it('mistakes an object for a class that is neither its own nor that of its surroundings', () => {
    const ground = street();
    const edit = expectLawful(ground, wrongClass(ground, objectOf(ground, POLE), [POLE, SKY, CAR]));
    expect(new Set(edit.labels)).toEqual(new Set([CAR]));
    expect(wrongClass(ground, objectOf(ground, POLE), [POLE, SKY])).toBeNull();
  });

  it('invents an object where nothing like it is', () => {
    const ground = street();
    const random = randomOf(1);
    const shapes = new Shapes();
    for (const object of findObjects(ground)) shapes.add(ground, object, random);
    expect(shapes.classes).toEqual([CAR, POLE]);
    const laid = Array.from({ length: 40 }, () => shapes.lay(ground, CAR, random)).flatMap((shape) => shape ?? []);
    const edits = laid.flatMap((shape) => extra(ground, shape) ?? []);
    expect(edits.length).toBeGreaterThan(0);
    for (const edit of edits) {
      expectLawful(ground, edit);
      expect(new Set(edit.labels)).toEqual(new Set([CAR]));
      expect([SKY, ROAD]).toContain(edit.class);
    }
    expect(laid.some((shape) => extra(ground, shape) === null)).toBe(true);
  });

  it('moves an outline by 3 to 10 pixels, and no farther', () => {
    const ground = street();
    for (let seed = 1; seed <= 30; seed++) {
      const edit = boundary(ground, objectOf(ground, CAR), randomOf(seed));
      if (!edit) continue;
      expectLawful(ground, edit);
      const { left, top, right, bottom } = CAR_BOX;
      const off = [...edit.pixels].map((i) => {
        const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
        const inside = x >= left && x < right && y >= top && y < bottom;
        if (inside) return Math.min(x - left + 1, right - x, y - top + 1, bottom - y);
        return Math.hypot(Math.max(left - x, x - right + 1, 0), Math.max(top - y, y - bottom + 1, 0));
      });
      expect(Math.max(...off)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...off)).toBeLessThan(11.5);
    }
  });

  it('moves one stretch of the outline of something large', () => {
    const ground = street();
    const edits = Array.from({ length: 12 }, (_, n) => boundary(ground, objectOf(ground, SKY), randomOf(n + 1)));
    for (const edit of edits.filter((one) => one !== null)) {
      const columns = [...expectLawful(ground, edit).pixels].map((i) => i % WIDTH);
      expect(Math.max(...columns) - Math.min(...columns)).toBeLessThanOrEqual(2 * 60 + 20);
    }
    expect(edits.some(Boolean)).toBe(true);
  });

  it('is not made where a case doubts the label already', () => {
    const { given, sample } = street();
    const mask = given.map((label) => (label === CAR ? 1 : 0));
    const doubted = groundOf(sample, given, [caseOf(mask, 0.4)]);
    expect(missing(doubted, objectOf(doubted, CAR))).toBeNull();
    expect(missing(doubted, objectOf(doubted, POLE))).not.toBeNull();
    expect(missing(groundOf(sample, given, [caseOf(mask, 0.02)]), objectOf(doubted, CAR))).not.toBeNull();
  });
});

describe('judging', () => {
  const box = (left: number, top: number, right: number, bottom: number) => {
    const mask = new Uint8Array(WIDTH * HEIGHT);
    for (let y = top; y < bottom; y++) mask.fill(1, y * WIDTH + left, y * WIDTH + right);
    return mask;
  };
  const planted = (mask: Uint8Array) => Int32Array.from([...mask.keys()].filter((i) => mask[i]));
  const errors = [{ kind: 'missing' as const, class: CAR, pixels: planted(box(100, 100, 140, 140)) }];

  it.each([
    ['half of it on the error', box(100, 100, 140, 180), true],
    ['less than half of it on the error', box(100, 100, 140, 181), false],
    ['30 % of the error', box(100, 100, 140, 112), true],
    ['less than 30 % of the error', box(100, 100, 140, 111), false],
  ])('a case with %s', (_, mask, covers) => {
    const [outcome] = judge(errors, [caseOf(mask, 0.6)], WIDTH, HEIGHT);
    expect(outcome.found).toEqual(covers ? { score: 0.6, kind: 'extra' } : null);
    expect(outcome.area).toBe(1600);
  });

  it('takes the best case that covers an error, and one case for two errors it covers', () => {
    const two = [...errors, { kind: 'extra' as const, class: SKY, pixels: planted(box(140, 100, 180, 140)) }];
    const cases = [caseOf(box(100, 100, 180, 140), 0.3), caseOf(box(140, 100, 180, 140), 0.7)];
    expect(judge(two, cases, WIDTH, HEIGHT).map(({ found }) => found?.score)).toEqual([0.3, 0.7]);
  });
});

function caseOf(mask: Uint8Array, score: number): CaseDetail {
  const area = mask.reduce((sum, one) => sum + one, 0);
  const rle = encodeRle(mask, WIDTH, HEIGHT);
  const measured = {
    pGiven: 0,
    agreement: 1,
    disagreement: 0,
    displacement: 1,
    features: [],
    heldOut: true,
    passes: null,
  };
  const named = { id: '0'.repeat(16), sample: 'street', kind: 'extra' as const, given: CAR, proposed: SKY };
  return { ...named, ...measured, bbox: [0, 0, WIDTH, HEIGHT], area, score, rle };
}
