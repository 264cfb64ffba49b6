import type { ModelInfo } from '../../../../common/scan.ts';
import type { Declared } from './declared/declared.ts';
import { readHuggingFace } from './declared/hugging-face.ts';
import { readMmdeploy } from './declared/mmdeploy.ts';
import { readSidecar } from './declared/sidecar.ts';
import { readUltralytics } from './declared/ultralytics.ts';
import type { Model } from '../model.ts';

/** All that is declared about a model, what goes first before what it overrules. Throws where one cannot be read. */
export async function declarationsOf(model: Model, file: string): Promise<Declared[]> {
  const found = [
    await readSidecar(file),
    readUltralytics(model),
    await readMmdeploy(file),
    await readHuggingFace(file),
  ];
  return found.filter((one) => one !== null);
}

/** What the graph shows, overruled by what is declared. */
export function withDeclared<Info extends ModelInfo>(info: Info, declarations: readonly Declared[]): Info {
  // What came first is put on top last.
  return declarations.toReversed().reduce(overrule, info);
}

function overrule<Info extends ModelInfo>(info: Info, one: Declared): Info {
  const preparation = Object.keys(one.preprocessing ?? {}).length > 0 || one.activation !== undefined;
  const by = one.note ? `${one.by} (${one.note})` : one.by;
  const fixed = info.size !== null;
  return {
    ...info,
    preprocessing: { ...info.preprocessing, ...one.preprocessing },
    activation: one.activation ?? info.activation,
    ...named(info, one.classNames),
    resize: fixed ? null : (one.size ?? info.resize),
    multiple: fixed ? 1 : (one.multiple ?? info.multiple),
    fold: one.fold === undefined ? info.fold : one.fold,
    declared: preparation || one.note ? [by, info.declared].filter(Boolean).join(', ') : info.declared,
  };
}

/** Names have to be as many as classes. One name alone is that of the class that is not background. */
function named(
  { classes, classNames }: ModelInfo,
  names: string[] | undefined,
): Pick<ModelInfo, 'classes' | 'classNames'> {
  if (!names) return { classes, classNames };
  const all = classes === 2 && names.length === 1 ? ['background', ...names] : names;
  if (classes !== null && all.length !== classes) return { classes, classNames };
  return { classes: all.length, classNames: all };
}
