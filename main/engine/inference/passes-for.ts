import type { SampleRow } from '../../../common/dataset.ts';
import { countPasses, countWindows } from '../../../common/passes.ts';
import type { ScanSettings } from '../../../common/scan.ts';
import type { Ensemble } from './ensemble.ts';

/** Network runs that a picture takes with these members, indexes in `ensemble.members`. */
export function passesFor(
  { members }: Pick<Ensemble, 'members'>,
  { tta, window }: Pick<ScanSettings, 'tta' | 'window'>,
  sample: Pick<SampleRow, 'width' | 'height'>,
  who: readonly number[],
): number {
  const each = (member: number) => {
    const { sizes, size } = members[member];
    return countPasses(
      tta,
      sizes.filter((one) => one !== null),
      size !== null,
    );
  };
  return countWindows(sample, window) * who.reduce((sum, member) => sum + each(member), 0);
}
