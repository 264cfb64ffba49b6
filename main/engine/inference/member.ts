import { classMapByName } from '../../../common/class-names.ts';
import type { ClassInfo } from '../../../common/dataset.ts';
import type { InputSize, MemberSettings } from '../../../common/ensemble.ts';
import type { ModelInfo } from '../../../common/scan.ts';

/** One member as it will run: what its file says, and what a person decided about it. */
export interface Member extends Pick<
  ModelInfo,
  'file' | 'name' | 'layout' | 'output' | 'activation' | 'preprocessing' | 'size' | 'multiple' | 'fold'
> {
  /** in the merge, above 0 */
  weight: number;
  /** one pass for each, the declared one unless set by hand; null: the picture's own size, or the only one the network takes */
  sizes: (InputSize | null)[];
  /** class index of the dataset for each of the model's classes, null where it has none; null: class by class */
  classMap: (number | null)[] | null;
}

/** `classes`: the dataset's, by whose names those of the model are told where nobody says which is which. */
export function memberOf(
  info: ModelInfo,
  settings: MemberSettings | undefined,
  classes: readonly Pick<ClassInfo, 'name'>[] = [],
): Member {
  const { file, name, layout, size, multiple } = info;
  const output = settings?.output ?? info.output;
  const names = output === info.output ? info.classNames : null;
  return {
    ...{ file, name, layout, size, multiple },
    output,
    activation: settings?.activation ?? info.activation,
    preprocessing: { ...info.preprocessing, ...settings?.preprocessing },
    fold: settings?.fold === undefined ? info.fold : settings.fold,
    weight: settings?.weight ?? 1,
    sizes: settings?.sizes?.length ? settings.sizes : [info.resize],
    classMap:
      settings?.classMap ??
      classMapByName(
        names,
        classes.map(({ name: one }) => one),
      ),
  };
}
