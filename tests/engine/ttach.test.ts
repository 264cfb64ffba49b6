import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NO_TTA, type Merge, type TtaSettings } from '../../common/ensemble.ts';
import { runChain } from '../support/chain.ts';
import { expectClose } from '../support/close.ts';
import { convolutionModel, type Weights } from '../support/convolution.ts';
import { planesFrom, toMaps } from '../support/probabilities.ts';

/** See fixtures/ttach/make.py. */
interface Fixture extends Weights {
  width: number;
  height: number;
  classes: number;
  pixels: number[];
  cases: { name: string; tta: Partial<TtaSettings>; merge: Merge; p: number[] }[];
}

const file = join(import.meta.dirname, '..', 'fixtures', 'ttach', 'augmentation.json');
const fixture = JSON.parse(await readFile(file, 'utf8')) as Fixture;
const { width, height, classes, weight, bias } = fixture;

it.each(fixture.cases)('augments and merges as ttach does: $name, $merge', async ({ tta, merge, p }) => {
  const members = [{ file: convolutionModel({ classes, seed: 1, weights: { weight, bias } }) }];
  const given = Uint8Array.from({ length: width * height }, (_, i) => i % classes);
  const picture = { width, height, pixels: Uint8Array.from(fixture.pixels), given };
  const found = await runChain(members, picture, { classes, merge, tta: { ...NO_TTA, ...tta } });
  const maps = toMaps(p, classes, width, height);
  expectClose(found, planesFrom(maps, maps, given), { planes: ['confidence', 'pGiven'], labels: 0 });
  expect(found.disagreement.some((value) => value > 0)).toBe(true);
});
