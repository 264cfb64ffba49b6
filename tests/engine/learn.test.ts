import { describe, expect, it } from 'vitest';
import { CASE_KINDS } from '../../common/case.ts';
import { tableOf, type Ranked } from '../../common/case-table.ts';
import { companyOf, placesOf } from '../../common/company.ts';
import { draw } from '../../common/draw.ts';
import { learn, learnedScores, whatMoves, type Lesson } from '../../common/learn.ts';
import { fitLogistic, logit, sigmoid, type SparseRows } from '../../common/logistic.ts';
import { noise } from '../support/random.ts';

/** Cases in pictures of their own unless said otherwise; everything that is not said is drawn. */
function makeCases(count: number, seed = 1, change: (i: number) => Partial<Ranked> = () => ({})): Ranked[] {
  const random = noise(seed);
  const normal = () => random() + random() + random() + random() - 2;
  return Array.from({ length: count }, (_, i) => ({
    sample: `s${i}`,
    kind: CASE_KINDS[Math.floor(4 * random())],
    given: Math.floor(6 * random()),
    proposed: Math.floor(6 * random()),
    bbox: [10, 10, 20, 20] as Ranked['bbox'],
    score: sigmoid(1.5 * normal()),
    features: Array.from({ length: 5 }, normal),
    ...change(i),
  }));
}

const scoresAfter = (cases: Ranked[], lessons: Lesson[]) => {
  const table = tableOf(cases);
  const learned = learn(table, lessons);
  if (!learned) throw new Error('nothing learned');
  return learnedScores(table, learned);
};
const told = (cases: Ranked[], count: number, isError: (i: number) => boolean): Lesson[] =>
  cases.slice(0, count).map((_, index) => ({ index, error: isError(index) }));

describe('what verdicts teach', () => {
  it('is nothing where there are none', () => {
    expect(learn(tableOf(makeCases(20)), [])).toBeNull();
    expect(learn(tableOf([]), [])).toBeNull();
  });

  it('does not depend on the order in which they were given', () => {
    const cases = makeCases(200);
    const lessons = told(cases, 60, (i) => i % 3 === 0);
    const shuffled = draw('any', 60, 60).map((i) => lessons[i]);
    expect([...scoresAfter(cases, shuffled)]).toEqual([...scoresAfter(cases, lessons)]);
  });

  it('is the opposite of what the opposite verdicts teach about the opposite scores', () => {
    const cases = makeCases(120);
    const mirrored = cases.map((row) => ({ ...row, score: 1 - row.score }));
    const lessons = told(cases, 50, (i) => i % 4 === 1);
    const here = scoresAfter(cases, lessons);
    const there = scoresAfter(
      mirrored,
      lessons.map(({ index, error }) => ({ index, error: !error })),
    );
    here.forEach((score, i) => expect(there[i]).toBeCloseTo(1 - score, 6));
  });

  it('raises what is like an error, lowers what is like none', () => {
    const cases = makeCases(60, 2, (i) => ({ score: 0.5, given: i % 2, proposed: 4, kind: 'extra' }));
    const scores = scoresAfter(
      cases,
      told(cases, 20, (i) => i % 2 === 0),
    );
    for (let i = 20; i < 60; i++) expect(scores[i] > 0.5).toBe(i % 2 === 0);
  });

  it('reaches the other cases of a picture, most of all those beside', () => {
    const near: Ranked['bbox'] = [32, 10, 20, 20];
    const far: Ranked['bbox'] = [300, 300, 20, 20];
    const alike = { score: 0.4, given: 1, proposed: 2, kind: 'extra' as const, features: [] };
    // Pictures of three: one found to be an error, one beside it that is one too, one far away that is not.
    const cases = makeCases(90, 3, (i) => ({
      ...alike,
      sample: `p${Math.floor(i / 3)}`,
      bbox: i % 3 === 0 ? [10, 10, 20, 20] : i % 3 === 1 ? near : far,
    }));
    const lessons = cases.flatMap((_, index) => (index < 60 ? [{ index, error: index % 3 !== 2 }] : []));
    const scores = scoresAfter(cases, [...lessons, { index: 60, error: true }]);
    expect(scores[61]).toBeGreaterThan(scores[62]);
    expect(scores[61]).toBeGreaterThan(scores[64]);
  });

  it('is bounded, and the most absurd verdict does the least', () => {
    const shiftBy = (score: number) => {
      const cases = makeCases(50, 4, (i) => (i ? {} : { score, given: 0, proposed: 1, kind: 'extra' }));
      const before = cases.map((row) => logit(row.score));
      const after = scoresAfter(cases, [{ index: 0, error: false }]);
      return Math.max(...[...after].slice(1).map((p, i) => Math.abs(logit(p) - before[i + 1])));
    };
    const [likely, sure, certain] = [0.6, 0.97, 0.999].map(shiftBy);
    for (const shift of [likely, sure, certain]) expect(shift).toBeLessThan(0.8);
    expect(certain).toBeLessThan(Math.min(likely, sure) / 2);
  });

  it('is told term by term, and the terms come to the score', () => {
    const cases = makeCases(80, 5, (i) => ({ sample: `p${i >> 2}` }));
    const table = tableOf(cases);
    const learned = learn(
      table,
      told(cases, 40, (i) => i % 2 === 0),
    );
    if (!learned) throw new Error('nothing learned');
    learnedScores(table, learned).forEach((score, i) => {
      const moves = whatMoves(table, learned, i);
      expect(logit(cases[i].score) + moves.reduce((sum, { by }) => sum + by, 0)).toBeCloseTo(logit(score), 9);
      expect(moves.map(({ by }) => Math.abs(by))).toEqual(
        moves.map(({ by }) => Math.abs(by)).toSorted((a, b) => b - a),
      );
    });
  });
});

describe('an order that was learned', () => {
  /** A dataset whose scores miss that one class is always right and that a feature tells errors; best first. */
  function misjudged(seed: number) {
    const random = noise(seed);
    const cases = makeCases(1000, seed).sort((a, b) => b.score - a.score);
    const errors = cases.map(({ score, given, features }) => {
      return random() < sigmoid(logit(score) + (given === 0 ? -3 : 0.5) + 1.2 * features[2]);
    });
    return { cases, errors };
  }

  function gain(verdicts: number, seed: number, isError: (errors: boolean[], i: number) => boolean) {
    const { cases, errors } = misjudged(seed);
    const scores = scoresAfter(
      cases,
      told(cases, verdicts, (i) => isError(errors, i)),
    );
    const rest = [...cases.keys()].slice(verdicts);
    const found = (order: number[]) => order.slice(0, 150).filter((i) => errors[i]).length;
    return found(rest.toSorted((a, b) => scores[b] - scores[a])) / found(rest);
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const seeds = Array.from({ length: 12 }, (_, n) => n + 10);

  it('is better after ten verdicts, and much better after a hundred', () => {
    expect(mean(seeds.map((seed) => gain(10, seed, (errors, i) => errors[i])))).toBeGreaterThan(1.02);
    expect(mean(seeds.map((seed) => gain(100, seed, (errors, i) => errors[i])))).toBeGreaterThan(1.1);
  });

  it('is not ruined by three absurd verdicts of ten', () => {
    const gains = seeds.map((seed) => {
      const absurd = draw(`${seed}`, 10, 3);
      return gain(10, seed, (errors, i) => errors[i] !== absurd.includes(i));
    });
    expect(mean(gains)).toBeGreaterThan(0.95);
    expect(Math.min(...gains)).toBeGreaterThan(0.85);
  });
});

describe('company', () => {
  it('is the surest other case of the picture, and the surest that touches', () => {
    const rows = [
      { sample: 'a', bbox: [0, 0, 10, 10] },
      { sample: 'a', bbox: [12, 0, 10, 10] },
      { sample: 'a', bbox: [50, 50, 10, 10] },
      { sample: 'b', bbox: [0, 0, 10, 10] },
    ] as Pick<Ranked, 'sample' | 'bbox'>[];
    const { picture, beside } = companyOf(placesOf(rows), Float64Array.of(0.2, 0.5, 0.9, 0.7));
    expect([...picture]).toEqual([0.9, 0.9, 0.5, 0]);
    expect([...beside]).toEqual([0.5, 0.2, 0, 0]);
  });

  it('of two equally sure cases is each other', () => {
    const rows = ['a', 'a'].map((sample) => ({ sample, bbox: [0, 0, 5, 5] as Ranked['bbox'] }));
    expect([...companyOf(placesOf(rows), Float64Array.of(0.6, 0.6)).picture]).toEqual([0.6, 0.6]);
  });
});

describe('the fit', () => {
  function problem(rows: number, columns: number, seed: number) {
    const random = noise(seed);
    const value = Float64Array.from({ length: rows * columns }, () => random() * 2 - 1);
    const matrix: SparseRows = {
      start: Int32Array.from({ length: rows + 1 }, (_, i) => i * columns),
      column: Int32Array.from(value, (_, e) => e % columns),
      value,
      columns,
    };
    const offset = Float64Array.from({ length: rows }, () => 3 * random() - 1.5);
    return { matrix, offset, positive: Array.from({ length: rows }, () => random() < 0.5) };
  }

  it('ends where no weight can be changed for the better', () => {
    const { matrix, offset, positive } = problem(120, 7, 6);
    const cost = (weights: Float64Array) => {
      let sum = weights.reduce((all, weight) => all + weight * weight, 0) / 2;
      for (let i = 0; i < positive.length; i++) {
        let odds = offset[i];
        for (let j = 0; j < 7; j++) odds += matrix.value[i * 7 + j] * weights[j];
        sum -= Math.log(0.05 + 0.9 * sigmoid(positive[i] ? odds : -odds));
      }
      return sum;
    };
    const best = fitLogistic(matrix, offset, positive);
    for (let j = 0; j < 7; j++) {
      for (const by of [-1e-3, 1e-3]) {
        expect(cost(best.map((weight, k) => (k === j ? weight + by : weight)))).toBeGreaterThan(cost(best));
      }
    }
  });

  it('leaves weights at nothing where there is nothing to fit', () => {
    const { matrix, offset } = problem(0, 4, 7);
    expect([...fitLogistic({ ...matrix, columns: 4 }, offset, [])]).toEqual([0, 0, 0, 0]);
  });
});
