import { expect, test } from 'vitest';
import { placeOf, withPlace, type Place } from '../../renderer/place.ts';

const ADDRESS = 'http://127.0.0.1:4173/';
const PLACES: Place[] = [
  { folder: null, project: null, step: null },
  { folder: '/data/a b & c#1', project: '/tmp/größe?', step: 'review' },
  { folder: 'C:\\data\\camvid', project: null, step: 'pseudo' },
];

test.each(PLACES)('an address holds %j', (place) => {
  expect(placeOf(withPlace(ADDRESS, place))).toEqual(place);
});

test('the start page has the plain address again', () => {
  expect(withPlace(withPlace(ADDRESS, PLACES[1]), PLACES[0])).toBe(ADDRESS);
});

test('a step that does not exist is none', () => {
  expect(placeOf(`${ADDRESS}?folder=/data#nowhere`)).toEqual({ folder: '/data', project: null, step: null });
});
