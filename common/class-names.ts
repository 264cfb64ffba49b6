/** Different words for one thing, as the common datasets use them. Only where nobody would object. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['person', 'people', 'pedestrian', 'human'],
  ['car', 'automobile'],
  ['bicycle', 'bike'],
  ['motorcycle', 'motorbike'],
  ['airplane', 'aeroplane', 'plane'],
  ['sofa', 'couch'],
  ['tv', 'television', 'tv monitor'],
  ['sidewalk', 'pavement'],
  ['traffic sign', 'road sign', 'sign', 'sign symbol'],
  ['background', 'bg'],
].map((words) => words.map(folded));

/** Names that say nothing but a number. */
const NUMBERED = /^(class|label|category|id)?\d+$/;

/** Not a class, but pixels without one. */
const UNLABELLED = ['void', 'ignore', 'ignored', 'unlabeled', 'unlabelled', 'dontcare'].map(folded);

/** Without case, spaces, hyphens and underscores. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

/** A word and what it may be the plural of. */
function forms(word: string): string[] {
  const singular = [
    word.length > 3 && word.endsWith('s') && word.slice(0, -1),
    word.endsWith('ies') && `${word.slice(0, -3)}y`,
    word.endsWith('es') && word.slice(0, -2),
  ].filter((one) => one !== false);
  return [word, ...singular];
}

const meet = (a: readonly string[], b: readonly string[]) => a.some((one) => b.includes(one));

/** Folded forms of a name and of its synonyms. */
function spellings(name: string): string[] {
  const own = forms(folded(name));
  return [...own, ...SYNONYMS.filter((group) => meet(group, own)).flat()];
}

/** Index in `names` of the class called `name`: written alike, else folded alike, else by a synonym; null: none. */
export function findName(name: string, names: readonly string[]): number | null {
  if (NUMBERED.test(folded(name))) return null;
  const [own, all] = [forms(folded(name)), spellings(name)];
  const found = [
    names.findIndex((one) => folded(one) === folded(name)),
    names.findIndex((one) => meet(forms(folded(one)), own)),
    names.findIndex((one) => meet(forms(folded(one)), all)),
  ];
  return found.find((index) => index >= 0) ?? null;
}

export const meansUnlabelled = (name: string): boolean => UNLABELLED.includes(folded(name));

/**
 * The dataset's class for each of a model's classes where only their names are known; null: class by class, in order. Names
 * count where half the dataset's classes and more are found by them; those that are found nowhere go to none.
 */
export function classMapByName(model: readonly string[] | null, dataset: readonly string[]): (number | null)[] | null {
  const found = (model ?? []).map((name) => findName(name, dataset));
  const known = new Set(found.filter((to) => to !== null)).size;
  if (known === 0 || 2 * known < dataset.length) return null;
  const inOrder = found.length === dataset.length && found.every((to, from) => to === null || to === from);
  return inOrder ? null : found;
}
