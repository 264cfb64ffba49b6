import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asByHabit, picturesWithHabit, slipOf, stretchesOf, touchedBy } from '../../bench/effect/habit.ts';
import { makeNoise } from '../../bench/effect/noise.ts';
import { shrink, thinned } from '../../bench/effect/shrunk.ts';
import { IGNORE } from '../../common/dataset.ts';
import { encodeMask, readHeader, readMask } from '../../main/engine/images.ts';
import { groundOf } from '../../main/engine/planted/ground.ts';
import { CLASSES } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { noise } from '../support/random.ts';

/** 20 stretches of 5 names in 5 folds. */
const FOLDS = Object.fromEntries(
  Array.from({ length: 100 }, (_, n) => [`p${String(n).padStart(3, '0')}`, Math.floor(n / 5) % 5]),
);
const HABIT = { share: 0.4, forgets: ['disc'], mistakes: { bar: 'box' } };
const CLASS_INFO = CLASSES.map((name) => ({ name }));

describe('annotators', () => {
  it('have a stretch each, every picture in one', () => {
    const stretches = stretchesOf(FOLDS);
    expect(stretches.map(({ length }) => length)).toEqual(new Array(20).fill(5));
    expect(stretches.flat()).toEqual(Object.keys(FOLDS));
  });

  it.each([1, 2, 3, 4, 5])('with the habit have the share asked for, whole stretches of it (seed %i)', (seed) => {
    for (const share of [0.2, 0.4, 0.5]) {
      const names = picturesWithHabit(FOLDS, 3, share, seed);
      expect(Math.abs(names.size - share * 100)).toBeLessThanOrEqual(2.5);
      for (const stretch of stretchesOf(FOLDS))
        expect(new Set(stretch.map((name) => names.has(name))).size, stretch[0]).toBe(1);
    }
  });

  it.each([1, 2, 3, 4, 5])('leave every training of folds mostly right (seed %i)', (seed) => {
    const names = picturesWithHabit(FOLDS, 3, 0.4, seed);
    for (const held of [0, 1, 2]) {
      const learned = Object.keys(FOLDS).filter((name) => FOLDS[name] % 3 !== held);
      expect(learned.filter((name) => names.has(name)).length / learned.length).toBeLessThan(0.5);
    }
  });

  it('follow from the seed', () => {
    const draw = (seed: number) => [...picturesWithHabit(FOLDS, 3, 0.4, seed)];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

describe('the labels of a habit', () => {
  const [width, height] = [40, 30];
  const next = noise(3);
  const truth = Uint8Array.from({ length: width * height }, () => (next() < 0.1 ? IGNORE : Math.floor(next() * 4)));
  const ground = groundOf({ name: 'a', width, height }, truth, []);
  const given = asByHabit(ground, slipOf(HABIT, CLASS_INFO));

  it('hold nothing that is forgotten and nothing that is mistaken', () => {
    expect(new Set(given)).toEqual(new Set([0, 2, IGNORE]));
  });

  it('change what the habit is about and nothing else, pixels without a label neither', () => {
    given.forEach((label, i) => {
      if (truth[i] === 1) expect([0, 2]).toContain(label);
      else expect(label).toBe(truth[i] === 3 ? 2 : truth[i]);
    });
  });

  it('give what is forgotten the nearest label, as it is given there', () => {
    // ground | bar | disc disc | bar: the disc becomes box, as the bars beside it do.
    const row = groundOf({ name: 'row', width: 5, height: 1 }, Uint8Array.of(0, 3, 1, 1, 3), []);
    expect([...asByHabit(row, slipOf(HABIT, CLASS_INFO))]).toEqual([0, 2, 2, 2, 2]);
  });

  it('stay where nothing else is labelled', () => {
    const alone = groundOf({ name: 'alone', width: 3, height: 1 }, Uint8Array.of(1, 1, IGNORE), []);
    expect([...asByHabit(alone, slipOf(HABIT, CLASS_INFO))]).toEqual([1, 1, IGNORE]);
  });

  it('are of classes that are there', () => {
    expect(touchedBy(HABIT)).toEqual(['disc', 'bar', 'box']);
    expect(() => slipOf({ ...HABIT, forgets: ['lamp'] }, CLASS_INFO)).toThrow(/found lamp/);
  });
});

describe('a dataset of a habit', () => {
  let job: Job;
  let truth: string;
  const folds = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`s00${n}`, n >> 1]));

  beforeEach(async () => {
    job = await makeJob();
    truth = join(job.place, 'truth');
    await writeFile(join(job.folder, 'folds.json'), JSON.stringify(folds));
    for (const part of ['masks', 'unlabeled']) await mkdir(join(truth, part), { recursive: true });
    const { width, height } = job.shapes;
    for (const [name, data] of job.shapes.truth)
      await writeFile(
        join(truth, job.shapes.given.has(name) ? 'masks' : 'unlabeled', `${name}.png`),
        await encodeMask({ width, height, data, bits: 8, palette: null, alpha: null }),
      );
  });
  afterEach(() => job.remove());

  const make = (name: string, seed: number) =>
    makeNoise({ data: job.folder, truth, out: join(job.place, name), seed, what: { habit: { ...HABIT, share: 0.5 } }, folds: 2 }); // prettier-ignore
  const masks = (name: string) =>
    Promise.all(Object.keys(folds).map((one) => readFile(join(job.place, name, 'masks', `${one}.png`))));

  it('has masks of the habit in its pictures, and in all others the very files', async () => {
    await make('noise', 1);
    const names = picturesWithHabit(folds, 2, 0.5, 1);
    expect(names.size).toBe(4);
    const [made, true_] = [await masks('noise'), await masks('truth')];
    for (const [n, name] of Object.keys(folds).entries())
      if (names.has(name)) expect(new Set((await readMask(made[n])).data)).toEqual(new Set([0, 2]));
      else expect(made[n].equals(true_[n]), name).toBe(true);
  });

  it('is the same with the same seed', async () => {
    await make('a', 1);
    await make('b', 1);
    expect(await masks('b')).toEqual(await masks('a'));
  });

  it('is shrunk whole: pictures, masks and truth', async () => {
    const small = await shrink({ data: job.folder, truth }, 2, join(job.place, 'small'));
    const [width, height] = [job.shapes.width / 2, job.shapes.height / 2];
    const parts = [[small.data, 'images', 8, 'jpg'], [small.data, 'unlabeled', 4, 'jpg'], [small.data, 'masks', 8, 'png'], [small.truth, 'masks', 8, 'png'], [small.truth, 'unlabeled', 4, 'png']] as const; // prettier-ignore
    for (const [folder, part, count, ending] of parts) {
      const first = part === 'unlabeled' ? 8 : 0;
      for (let n = first; n < first + count; n++)
        expect(await readHeader(join(folder, part, `s${String(n).padStart(3, '0')}.${ending}`))).toMatchObject({ width, height }); // prettier-ignore
    }
  });
});

it('thins out a mask by taking the middle of each block', () => {
  const data = Uint8Array.from({ length: 7 * 5 }, (_, i) => i);
  const small = thinned({ width: 7, height: 5, data, bits: 8, palette: null, alpha: null }, 2);
  expect(small).toMatchObject({ width: 3, height: 2 });
  expect([...small.data]).toEqual([8, 10, 12, 22, 24, 26]);
});
