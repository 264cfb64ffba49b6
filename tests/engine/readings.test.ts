import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Preprocessing } from '../../common/ensemble.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { activationOf } from '../../main/engine/inference/proof/activation.ts';
import { choosePictures } from '../../main/engine/inference/proof/pictures.ts';
import { isSamePreparation, plausibleReadings } from '../../main/engine/inference/proof/readings.ts';
import { makeShapes, makeTemporary } from '../support/dataset.ts';

const IMAGENET: Preprocessing = {
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

let place: string;
let remove: () => Promise<void>;
let dataset: Dataset;

beforeAll(async () => {
  ({ folder: place, remove } = await makeTemporary());
  const folder = join(place, 'shapes');
  await makeShapes(folder, { labelled: 20, unlabelled: 1 });
  dataset = await openDataset(folder, {});
});
afterAll(() => remove());

describe('the ways there are', () => {
  it('are the declared one and the usual ones, no two alike', () => {
    const all = plausibleReadings(IMAGENET, false);
    expect(all).toHaveLength(10);
    expect(all[0]).toBe(IMAGENET);
    const odd = { ...IMAGENET, mean: [0.3, 0.3, 0.3] };
    expect(plausibleReadings(odd, false)).toHaveLength(11);
    expect(plausibleReadings({ ...IMAGENET, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] }, true)).toHaveLength(2);
  });

  it('are alike where they make the same numbers', () => {
    const half = { channels: 'rgb', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
    const bytes = { channels: 'rgb', scale: 1, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } as const;
    const of = (one: Omit<Preprocessing, 'mean' | 'std'> & { mean: readonly number[]; std: readonly number[] }) => ({
      ...one,
      mean: [...one.mean],
      std: [...one.std],
    });
    expect(isSamePreparation(of(half), of(bytes))).toBe(true);
    expect(isSamePreparation(of(half), { ...of(bytes), channels: 'bgr' })).toBe(false);
    expect(isSamePreparation(of(half), IMAGENET)).toBe(false);
  });
});

describe('pictures for a proof', () => {
  const chosen = (fold: number | null, folds: [string, number][], many: number) =>
    choosePictures(dataset, fold, new Map(folds), many).map(({ name }) => name);

  it('are labelled, each once, the same every time, the first four from all over the dataset', () => {
    const names = chosen(null, [], 16);
    expect(new Set(names).size).toBe(16);
    expect(chosen(null, [], 16)).toEqual(names);
    expect(chosen(null, [], 99).length).toBe(20);
    const quarter = (name: string) => Math.floor(Number(name.slice(1)) / 5);
    expect(names.slice(0, 4).map(quarter).sort()).toEqual([0, 1, 2, 3]);
  });

  it('are held out of the fold of the model, where there are enough', () => {
    const folds = dataset.samples.map(({ name }, i): [string, number] => [name, i % 2]);
    const heldOut = chosen(1, folds, 16);
    expect(heldOut).toHaveLength(10);
    expect(heldOut.every((name) => Number(name.slice(1)) % 2)).toBe(true);
    expect(chosen(7, folds, 16)).toHaveLength(16);
  });
});

describe('what an output holds', () => {
  const facts = { low: 0.01, high: 0.97, off: 0.001, channels: 4 };
  it.each([
    ['probabilities by their sum', facts, 'logits', 'probabilities'],
    ['sigmoid where they do not add up', { ...facts, off: 0.7 }, 'logits', 'sigmoid'],
    ['logits outside 0 to 1', { ...facts, low: -3 }, 'probabilities', 'logits'],
    ['logits for sigmoid where that is declared', { ...facts, high: 9 }, 'sigmoid', 'sigmoid-logits'],
    ['one channel of likelihoods', { ...facts, channels: 1 }, 'logits', 'sigmoid'],
    ['one channel of logits', { ...facts, low: -8, channels: 1 }, 'sigmoid', 'logits'],
    ['what is declared, for ids', { ...facts, low: 0, high: 3 }, 'ids', 'ids'],
    ['what is declared, where all is alike', { ...facts, low: 0, high: 0 }, 'logits', 'logits'],
  ] as const)('%s', (_what, values, declared, activation) => expect(activationOf(values, declared)).toBe(activation));
});
