import { classMapByName } from '../common/class-names.ts';
import type { ClassInfo } from '../common/dataset.ts';
import type { InputSize, MemberSettings, Preprocessing } from '../common/ensemble.ts';
import type { ModelInfo, ScanSettings } from '../common/scan.ts';

/** Members of an ensemble: what their files say, and what a person decided about them. */

/** What is decided about the member in `file`; nothing but its name where nothing is. */
export const settingsOf = ({ members }: Pick<ScanSettings, 'members'>, file: string): MemberSettings =>
  members.find((one) => one.file === file) ?? { file };

/** The fold it did not train on; null: none, or unknown. */
export const foldOf = ({ fold }: Pick<ModelInfo, 'fold'>, own: MemberSettings): number | null =>
  own.fold === undefined ? fold : own.fold;

/** `members` with a change to one of them; what is as the file says, or as usual, is left out. */
export function withMember(
  members: readonly MemberSettings[],
  info: ModelInfo,
  change: Omit<MemberSettings, 'file'>,
): MemberSettings[] {
  const { file } = info;
  const { preprocessing, ...rest } = { ...settingsOf({ members: [...members] }, file), ...change };
  const own: MemberSettings = { ...rest, preprocessing: preprocessing && differing(preprocessing, info.preprocessing) };
  if (own.weight === 1) delete own.weight;
  if (own.fold === info.fold) delete own.fold;
  if (own.activation === info.activation) delete own.activation;
  if (own.output === info.output) delete own.output;
  if (!own.sizes?.length || JSON.stringify(own.sizes) === JSON.stringify([usualSize(info)])) delete own.sizes;
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  const others = members.filter((one) => one.file !== file);
  // An ensemble file may have set up the same file several times: the first is the one shown.
  const [, ...again] = members.filter((one) => one.file === file);
  const first = said.length > 1 || again.length ? [Object.fromEntries(said) as unknown as MemberSettings] : [];
  return [...others, ...first, ...again];
}

/** What it runs on where nobody says otherwise: the size that is declared, else the picture's own. */
export const usualSize = ({ resize }: Pick<ModelInfo, 'resize'>): InputSize => resize ?? { scale: 1 };

/** Undefined where nothing differs. */
function differing(wanted: Partial<Preprocessing>, file: Preprocessing): Partial<Preprocessing> | undefined {
  const parts = Object.entries(wanted).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(file[key as keyof Preprocessing]),
  );
  return parts.length ? Object.fromEntries(parts) : undefined;
}

/** Classes that the chosen output tells apart; null: not known before it runs. */
export function classesOf(info: ModelInfo, own: MemberSettings): number | null {
  if (own.output === undefined || own.output === info.output) return info.classes;
  const shape = info.outputs.find(({ name }) => name === own.output)?.shape ?? [];
  const channels = shape.length === 4 ? shape[info.layout === 'nhwc' ? 3 : 1] : null;
  // One channel tells two classes apart.
  return typeof channels === 'number' && channels > 0 ? Math.max(2, channels) : null;
}

/** The dataset's class for each of the member's where it is not class by class: by hand, else by names. */
export function classMapOf(
  info: ModelInfo,
  own: MemberSettings,
  classes: readonly Pick<ClassInfo, 'name'>[],
): (number | null)[] | undefined {
  if (own.classMap) return own.classMap;
  const names = own.output === undefined || own.output === info.output ? info.classNames : null;
  return (
    classMapByName(
      names,
      classes.map(({ name }) => name),
    ) ?? undefined
  );
}

/** Why a member cannot take part in cleaning a dataset of `expected` classes, one sentence; null: it can. */
export function problemOf(info: ModelInfo, own: MemberSettings, expected: number, dataset: string): string | null {
  if (info.problem !== null) return info.problem;
  if (own.output !== undefined && !info.outputs.some(({ name }) => name === own.output))
    return `Expected an output ${own.output}, found ${info.outputs.map(({ name }) => name).join(', ')}.`;
  const classes = classesOf(info, own);
  if (classes === null) return null;
  if (own.classMap) {
    if (own.classMap.length !== classes)
      return `Expected a class map of ${classes} entries, found ${own.classMap.length}.`;
    const beyond = own.classMap.find((to) => to !== null && to >= expected);
    if (beyond != null) return `Expected class indexes below ${expected} in the class map, found ${beyond}.`;
    return own.classMap.every((to) => to === null) ? 'Expected at least one class that is mapped, found none.' : null;
  }
  if (classes === expected) return null;
  return `Expected ${expected} classes as in ${dataset}, found ${classes}: map them.`;
}
