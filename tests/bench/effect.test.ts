import { describe, expect, it } from 'vitest';
import { outside } from '../../bench/effect/folds.ts';
import { confusionOf, difference, figureOf, type Run } from '../../bench/effect/measured.ts';
import { mergedFolds } from '../../bench/effect/noise.ts';
import { classTable, effectTable } from '../../bench/effect/report.ts';
import { walk } from '../../bench/effect/review.ts';
import { halves, hasPseudo } from '../../bench/effect/split.ts';
import { sweepTable } from '../../bench/effect/tables.ts';
import { sumOf, worthIn, type ListedCase, type Worth } from '../../bench/effect/worth.ts';
import { IGNORE } from '../../common/dataset.ts';
import type { Ranked } from '../../common/case-table.ts';
import { encodeRle } from '../../common/rle.ts';
import { noise } from '../support/random.ts';

describe('halves', () => {
  const names = ['a_3', 'b_1', 'a_1', 'a_2', 'a_4', 'b_2', 'b_3', 'alone'];

  it('hold every picture once, each sequence cut once in the middle', () => {
    const { learned, measured } = halves(names);
    expect([...learned, ...measured].sort()).toEqual(names.toSorted());
    expect(learned.sort()).toEqual(['a_1', 'a_2', 'b_1']);
    expect(measured.sort()).toEqual(['a_3', 'a_4', 'alone', 'b_2', 'b_3']);
  });

  it('do not depend on the order of the names', () => {
    expect(halves(names.toReversed())).toEqual(halves(names));
  });

  it('matter to arms with pseudo-labels', () => {
    expect(['noisy', 'pseudo', 'pseudo-by-class', 'true'].map(hasPseudo)).toEqual([false, true, true, false]);
  });
});

describe('folds', () => {
  const folds = { a: 0, b: 1, c: 2, d: 3, e: 4, f: 0 };

  it('are put together whole', () => {
    const merged = mergedFolds(folds, 3);
    expect(Object.keys(merged)).toEqual(Object.keys(folds));
    expect(merged.a).toBe(merged.f);
    expect(new Set(Object.values(merged))).toEqual(new Set([0, 1, 2]));
  });

  it('hold out what is in them and nothing else', () => {
    expect(outside(folds, 0)).toEqual(['b', 'c', 'd', 'e']);
  });
});

describe('a review', () => {
  // Every second case is of a class pair that is always wrong, and scored no higher than the others.
  const cases = Array.from({ length: 200 }, (_, n): Ranked => {
    const [given, proposed] = n % 2 ? [1, 2] : [3, 4];
    const score = 0.3 - n / 1000;
    return { sample: `p${n}`, kind: 'missing', given, proposed, bbox: [0, 0, 9, 9], score, features: [n % 7] };
  });
  const errors = cases.map(({ given }) => given === 1);

  it('begins with the best, and takes no case twice', () => {
    const walked = walk(cases, errors, 500).map(({ index }) => index);
    expect(walked[0]).toBe(0);
    expect(walked.toSorted((a, b) => a - b)).toEqual([...cases.keys()]);
  });

  it('goes by what the verdicts teach', () => {
    const found = walk(cases, errors, 100).filter(({ error }) => error).length;
    expect(found).toBeGreaterThan(70);
  });
});

describe('a figure', () => {
  it('is the mean and the standard deviation of a sample', () => {
    const { mean, spread } = figureOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(mean).toBe(5);
    expect(spread).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(figureOf([1]).spread).toBeNaN();
  });

  it('differs from another seed by seed', () => {
    const gain = difference(figureOf([0.5, 0.9, 0.1]), figureOf([0.4, 0.8, 0]));
    expect(gain.mean).toBeCloseTo(0.1, 12);
    expect(gain.spread).toBeCloseTo(0, 12);
  });
});

describe('the table of the effect', () => {
  const run = (right: number): Run => {
    const wrong = 100 - right;
    return { pictures: { a: [[right, wrong], [wrong, right]], b: [[1, 0], [0, 1]] }, loss: [], seconds: 0 }; // prettier-ignore
  };

  it('adds up the pictures asked for and no others', () => {
    const runs = run(80);
    expect(confusionOf(runs, ['a', 'b']).miou()).toBeCloseTo(81 / 121, 12);
    expect(confusionOf(runs, ['b']).miou()).toBe(1);
  });

  it('compares each arm with the first, seed by seed, and with what the true masks gain', () => {
    const arms = new Map([
      ['noisy', [run(50), run(60)]],
      ['cleaned', [run(60), run(60)]],
      ['true', [run(60), run(75)]],
    ]);
    const [noisy, cleaned, best] = effectTable('one picture', arms, ['a']).split('\n').slice(-4);
    expect(noisy).toBe('| noisy | 38.10 ± 6.73 |  |  |  |');
    expect(cleaned).toBe('| cleaned | 42.86 ± 0.00 | +4.76 ± 6.73 | 9.52, 0.00 | 36 |');
    expect(best).toBe('| true | 51.43 ± 12.12 | +13.33 ± 5.39 | 9.52, 17.14 | 100 |');
  });

  it('tells of some classes alone', () => {
    const only = { ...run(0), pictures: { a: [[80, 20], [0, 100]] } }; // prettier-ignore
    expect(effectTable('one class', new Map([['noisy', [only]]]), ['a'], [0])).toContain('| noisy | 80.00 |');
    expect(effectTable('one class', new Map([['noisy', [only]]]), ['a'], [1])).toContain('| noisy | 83.33 |');
  });

  it('says which classes gain', () => {
    const better = { ...run(0), pictures: { a: [[80, 20], [0, 100]] } }; // prettier-ignore
    const rows = classTable(new Map([['noisy', [run(50)]], ['true', [better]]]), ['a'], ['ground', 'thing']).split('\n'); // prettier-ignore
    expect(rows.slice(2, 4)).toEqual(['| noisy | 33.3 | 33.3 |', '| true less noisy | 46.7 | 50.0 |']);
  });
});

describe('what accepting cases is worth', () => {
  const [width, height] = [40, 30];
  const draw = (seed: number, classes: number) => {
    const next = noise(seed);
    return Uint8Array.from({ length: width * height }, () => (next() < 0.05 ? IGNORE : Math.floor(next() * classes)));
  };
  const picture = { name: 'a', given: draw(1, 3), truth: draw(2, 3), width, height };
  const proposed = draw(3, 3).map((label) => (label === IGNORE ? 0 : label));
  const boxes = [[0, 0, 20, 20], [10, 10, 20, 20], [5, 0, 8, 30]] as const; // prettier-ignore
  const cases = boxes.map(([left, top, across, down], n): ListedCase & { mask: Uint8Array } => {
    const mask = Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return +(x >= left && x < left + across && y >= top && y < top + down);
    });
    const rle = encodeRle(mask, width, height);
    const row: Ranked = { sample: 'a', kind: 'missing', given: 0, proposed: 1, bbox: [left, top, across, down], score: 0.9 - n / 10, features: [] }; // prettier-ignore
    return { ...row, id: `${n}`, area: across * down, rle, mask };
  });

  it('adds up to what painting all of them does, where they overlap too', () => {
    const painted = new Uint8Array(width * height);
    const sum = sumOf(cases.map((one) => worthIn(picture, one, proposed, painted)));
    const { given, truth } = picture;
    const counted = { met: 0, fixed: 0, damaged: 0 };
    given.forEach((label, i) => {
      if (label === IGNORE || truth[i] === IGNORE || !cases.some(({ mask }) => mask[i])) return;
      counted.met += +(label !== truth[i]);
      counted.fixed += +(label !== truth[i] && proposed[i] === truth[i]);
      counted.damaged += +(label === truth[i] && proposed[i] !== truth[i]);
    });
    expect(sum).toMatchObject({ cases: 3, pixels: 400 + 400 + 240, ...counted });
    expect(sum.wrong).toBeGreaterThan(sum.met);
  });

  it('tells cases of a class that is labelled nowhere on the picture', () => {
    const only = { ...picture, given: picture.given.map((label) => (label === 1 ? 0 : label)) };
    const absent = (given: Uint8Array) =>
      worthIn({ ...only, given }, cases[0], proposed, new Uint8Array(given.length)).absent;
    expect(absent(only.given)).toBe(1);
    expect(absent(picture.given)).toBe(0);
  });

  it('is told from each score up, with what stays wrong', () => {
    const part = (fixed: number, damaged: number): Worth => ({
      ...{ cases: 1, right: 1, absent: 0, pixels: 100, wrong: 60, met: 60 },
      ...{ fixed, damaged },
    });
    const worth = new Map([
      [cases[0], part(50, 0)],
      [cases[1], part(10, 40)],
    ]);
    const rows = sweepTable(worth, 200).split('\n').slice(2);
    expect(rows[0]).toBe('| 0.9 | 1 | 100.0 | 100 | 60.0 | 50 | 0 | 75.0 | 70.0 |');
    expect(rows[1]).toBe('| 0.8 | 2 | 100.0 | 200 | 60.0 | 60 | 40 | 90.0 | 40.0 |');
  });
});
