import { expect, it } from 'vitest';
import { NAMED_TTA, NO_TTA, type InputSize, type TtaSettings } from '../../common/ensemble.ts';
import { countPasses, countWindows } from '../../common/passes.ts';
import { layWindows } from '../../main/engine/inference/windows/windows.ts';
import { passesOf } from '../../main/engine/onnx/compile/tta.ts';

it('counts the passes that are run', () => {
  const sizes: (InputSize[] | undefined)[] = [
    undefined,
    [{ width: 64, height: 48 }],
    [{ scale: 0.5 }, { scale: 1 }, { width: 100, height: 75 }],
  ];
  const more: Partial<TtaSettings>[] = [{}, { scales: [0.5, 2, 1] }, { multiply: [0.9, 1], add: [-0.1, 0, 0.1] }];
  for (const named of Object.values(NAMED_TTA))
    for (const change of [...more, { rot90: true }, { vflip: true, rot90: true }])
      for (const own of sizes)
        for (const fixed of [false, true]) {
          const tta = { ...named, ...change };
          expect(countPasses(tta, own, fixed)).toBe(passesOf(tta, own ?? [null], { fixed }).length);
        }
  expect(countPasses(NAMED_TTA.d4, undefined, false)).toBe(8);
  expect(countPasses({ ...NO_TTA, hflip: true, vflip: true, rot90: true }, undefined, false)).toBe(8);
});

it('counts the windows that are laid', () => {
  for (const size of [32, 33])
    for (const overlap of [0, 0.25, 0.5, 0.9])
      for (const keep of [1, 0.5, 0.1])
        for (const [width, height] of [
          [32, 32],
          [31, 200],
          [97, 64],
        ]) {
          const window = { size, overlap, keep, blend: 'constant' } as const;
          const laid = layWindows(width, window).starts.length * layWindows(height, window).starts.length;
          expect(countWindows({ width, height }, window)).toBe(laid);
        }
  expect(countWindows({ width: 999, height: 999 }, null)).toBe(1);
});
