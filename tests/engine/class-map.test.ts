import { describe, expect, it } from 'vitest';
import { classMapByName, findName, meansUnlabelled } from '../../common/class-names.ts';
import { matchClasses, miouOf } from '../../main/engine/inference/proof/class-map.ts';
import { Confusion } from '../../main/engine/measures/confusion.ts';
import { noise } from '../support/random.ts';

const DATASET = ['road', 'building', 'pedestrian', 'sign'];

/** Pixels of a network that is right in 8 of 10 pixels, of classes as frequent as they are in streets. */
const RIGHT = [
  [8000, 500, 200, 60],
  [800, 4000, 100, 90],
  [100, 80, 800, 10],
  [20, 150, 10, 120],
];

const inOrder = [0, 1, 2, 3];
const rows = (order: readonly number[]) => order.map((m) => RIGHT[m]);
const match = (overlap: number[][], model: string[] | null = null) =>
  matchClasses(overlap, { model, dataset: DATASET });

describe('names of classes', () => {
  it.each([
    ['Road', 0],
    ['roads', 0],
    [' BUILDING ', 1],
    ['buildings', 1],
    ['person', 2],
    ['Pedestrians', 2],
    ['traffic-sign', 3],
    ['SignSymbol', 3],
    ['lane', null],
    ['', null],
    ['class_1', null],
    ['7', null],
  ])('%s', (name, index) => expect(findName(name, DATASET)).toBe(index));

  it('prefer what is written alike to what means the same', () => {
    expect(findName('person', ['pedestrian', 'person'])).toBe(1);
    expect(findName('buses', ['bus', 'house'])).toBe(0);
    expect(findName('houses', ['bus', 'house'])).toBe(1);
    expect(findName('glass', ['gla', 'glass'])).toBe(1);
  });

  it('tell pixels without a class from classes', () => {
    expect(['Void', 'unlabelled', "don't care", 'background', 'road'].map(meansUnlabelled)).toEqual([
      ...[true, true, true, false, false],
    ]);
  });
});

describe('a class map by name alone', () => {
  it.each<[string, string[] | null, (number | null)[] | null]>([
    ['no names: in order', null, null],
    ['names that say nothing: in order', ['0', '1', '2', '3'], null],
    ['the same order', DATASET, null],
    ['the same order, one in words of its own', ['road', 'house', 'person', 'sign'], null],
    ['another order', ['sign', 'person', 'building', 'road'], [3, 2, 1, 0]],
    ['more classes', ['void', 'road', 'roads', 'wall', 'sign', 'building'], [null, 0, 0, null, 3, 1]],
    ['too few in common to go by', ['wall', 'door', 'floor', 'table', 'road'], null],
  ])('%s', (_, model, map) => expect(classMapByName(model, DATASET)).toEqual(map));
});

describe('mean IoU of an overlap', () => {
  it('is that of the one confusion matrix', () => {
    const random = noise(3);
    const [given, predicted] = [0, 1].map(() => Uint8Array.from({ length: 5000 }, () => Math.floor(5 * random() ** 2)));
    const overlap = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    predicted.forEach((m, i) => overlap[m][given[i]]++);
    const map = [1, null, 2, 1, 0];
    const confusion = new Confusion(5);
    confusion.add(
      given,
      predicted.map((m) => map[m] ?? 255),
    );
    expect(miouOf(overlap, map)).toBeCloseTo(confusion.miou() ?? NaN, 12);
  });

  it('is 1 for the truth, and 0 where nothing is said or nothing is there', () => {
    const truth = inOrder.map((m) => inOrder.map((d) => (m === d ? 10 : 0)));
    expect(miouOf(truth, inOrder)).toBe(1);
    expect(miouOf(truth, [null, null, null, null])).toBe(0);
    expect(miouOf([], [])).toBe(0);
  });
});

describe('matching classes', () => {
  it('takes equally many in order where the overlap agrees', () => {
    expect(match(RIGHT)).toEqual({ classMap: inOrder, mapped: inOrder.map(() => 'overlap') });
  });

  it('finds every order of classes again, in any order of them', () => {
    for (const order of [
      [1, 0, 2, 3],
      [3, 2, 1, 0],
      [1, 2, 3, 0],
    ]) {
      expect(match(rows(order)).classMap).toEqual(order);
      expect(match(rows(order)).mapped).toEqual(order.map(() => 'overlap'));
    }
  });

  it('takes a rare class for what it is, though most of it is predicted on another', () => {
    const [road, building, pedestrian] = RIGHT;
    const five = match([building, [30, 160, 10, 110], road, pedestrian, [0, 0, 0, 0]]);
    expect(five.classMap).toEqual([1, 3, 0, 2, null]);
    expect(five.mapped).toEqual(['overlap', 'overlap', 'overlap', 'overlap', 'none']);
  });

  it('keeps the order where the overlap says nothing, and says so', () => {
    const noise = inOrder.map(() => [900, 500, 110, 28]);
    expect(match(noise).classMap).toEqual(inOrder);
    const never = [...RIGHT.slice(0, 3), [0, 0, 0, 0]];
    expect(match(never)).toEqual({ classMap: inOrder, mapped: ['overlap', 'overlap', 'overlap', 'order'] });
  });

  it('lets several classes of the model be one of the dataset, and some none', () => {
    const [road, building, pedestrian, sign] = RIGHT;
    const half = (row: number[]) => row.map((pixels) => pixels / 2);
    const anywhere = [400, 380, 80, 20];
    const { classMap, mapped } = match([half(road), half(road), building, anywhere, pedestrian, sign]);
    expect(classMap).toEqual([0, 0, 1, null, 2, 3]);
    expect(mapped).toEqual(['overlap', 'overlap', 'overlap', 'none', 'overlap', 'overlap']);
  });

  it('goes by names first, by overlap where they say nothing, and leaves out what means no label', () => {
    const { classMap, mapped } = match(
      [RIGHT[1], RIGHT[0], RIGHT[2], RIGHT[3], [50, 50, 50, 50]],
      [...['Buildings', 'Road', 'walkers', 'signs', 'void']],
    );
    expect(classMap).toEqual([1, 0, 2, 3, null]);
    expect(mapped).toEqual(['name', 'name', 'overlap', 'name', 'none']);
    expect(match(RIGHT, ['building', 'road', 'sign', 'person']).classMap).toEqual([1, 0, 3, 2]);
  });
});
