import { expect, it } from 'vitest';
import { NAMED_TTA, NO_TTA } from '../../common/ensemble.ts';
import { overlap, tta, windowSize } from '../../main/cli/options.ts';

it('reads augmentations by name, and put together', () => {
  for (const name of Object.keys(NAMED_TTA)) expect(tta(name)).toEqual(NAMED_TTA[name as keyof typeof NAMED_TTA]);
  expect(tta('hflip,vflip')).toEqual(NAMED_TTA.flip);
  expect(tta('rot90,hflip')).toEqual(NAMED_TTA.d4);
  expect(tta('scale=0.75/1.25,multiply=0.9,add=-0.1/0.1')).toEqual({
    ...NO_TTA,
    scales: [0.75, 1.25],
    multiply: [0.9],
    add: [-0.1, 0.1],
  });
});

it.each(['', 'wobble', 'hflip=1', 'scale', 'scale=', 'scale=x', 'multiply=0', 'add=', 'hflip,,vflip'])(
  'refuses %s',
  (text) => {
    expect(() => tta(text)).toThrow('Expected none, hflip');
  },
);

it('reads windows', () => {
  expect([windowSize('0'), windowSize('512'), overlap('0.25'), overlap('0')]).toEqual([0, 512, 0.25, 0]);
  for (const text of ['', '31', '512.5', 'x']) expect(() => windowSize(text)).toThrow('Expected');
  for (const text of ['', '-0.1', '0.95', 'x']) expect(() => overlap(text)).toThrow('Expected');
});
