import { counted } from '../../format.ts';

interface Named {
  name: string;
  /** null: none, or unknown */
  fold: number | null;
}

/** What kind of ensemble these members are, one sentence; null: nothing more than models. */
export function ensembleKind(members: readonly Named[]): string | null {
  if (members.length < 2) return null;
  const folds = Map.groupBy(
    members.filter(({ fold }) => fold !== null),
    ({ fold }) => fold,
  );
  if (folds.size > 1) return foldSentence(members.length, folds);
  if (folds.size === 1) return null;
  const all = (pattern: RegExp) => members.every(({ name }) => pattern.test(name));
  const blind =
    'No member was held out of a fold, so labelled pictures are scored by models that may have learned them.';
  if (all(/seed[-_ ]?\d/i)) return `Ensemble of ${counted(members.length, 'seed')}. ${blind}`;
  if (all(/(epoch|ep|step|iter|ckpt|checkpoint)[-_ ]?\d/i))
    return `Ensemble of ${counted(members.length, 'epoch')} of one run. ${blind}`;
  return null;
}

function foldSentence(members: number, folds: ReadonlyMap<number | null, readonly Named[]>): string {
  const sizes = [...folds.values()].map((group) => group.length);
  const [fewest, most] = [Math.min(...sizes), Math.max(...sizes)];
  const judges =
    most === 1
      ? 'the one member that did not see it'
      : `the ${fewest === most ? most : `${fewest} to ${most}`} members that did not see it`;
  const name = most === 1 ? `${folds.size}-fold ensemble` : `${folds.size}-fold ensemble of ${members} members`;
  return [`${name}: each labelled picture scored by ${judges}.`, gaps(folds), strangers(members, sizes)]
    .filter(Boolean)
    .join(' ');
}

function gaps(folds: ReadonlyMap<number | null, unknown>): string {
  const known = [...folds.keys()].filter((fold) => fold !== null);
  const [first, last] = [Math.min(...known), Math.max(...known)];
  // Folds are counted from 0 or from 1.
  const missing = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((fold) => !folds.has(fold));
  if (!missing.length) return '';
  return missing.length === 1 ? `Fold ${missing[0]} has no member.` : `Folds ${missing.join(', ')} have no member.`;
}

function strangers(members: number, sizes: readonly number[]): string {
  const rest = members - sizes.reduce((a, b) => a + b, 0);
  return rest ? `${counted(rest, 'member')} of no fold: unlabelled pictures only.` : '';
}
