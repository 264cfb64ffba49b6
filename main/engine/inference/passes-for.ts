import type { SampleRow } from '../../../common/dataset.ts';
import type { ScanSettings } from '../../../common/scan.ts';
import type { Ensemble } from './ensemble.ts';

/** Network runs that a picture takes with these members, indexes in `ensemble.members`. */
export function passesFor(
  { members }: Pick<Ensemble, 'members'>,
  { tta }: Pick<ScanSettings, 'tta' | 'window'>,
  _sample: SampleRow,
  who: readonly number[],
): number {
  const turns =
    (tta.rot90 ? 4 : 1) * (tta.rot90 ? (tta.hflip || tta.vflip ? 2 : 1) : (tta.hflip ? 2 : 1) * (tta.vflip ? 2 : 1));
  const distinct = (values: readonly number[], identity: number) => new Set([identity, ...values]).size;
  const each = turns * distinct(tta.scales, 1) * distinct(tta.multiply, 1) * distinct(tta.add, 0);
  return who.reduce((sum, member) => sum + members[member].sizes.length * each, 0);
}
