import type { SampleRow } from '../../../common/dataset.ts';
import type { Ensemble } from './ensemble.ts';

/** Pixels beyond which a picture is looked at once: a second set of planes would be what its memory goes to. */
const LARGEST = 2 ** 24;

/**
 * In-fold members of a labelled picture that members held out of its fold score: those that did train on it, as indexes in
 * `members`, at most `inFold` of them. The next folds come first, so that every member is asked about equally many pictures.
 */
export function inFoldFor(
  { members, folds, inFold }: Pick<Ensemble, 'members' | 'folds' | 'inFold'>,
  { name, mask, width, height }: Pick<SampleRow, 'name' | 'mask' | 'width' | 'height'>,
  alive: (member: number) => boolean,
): number[] {
  const own = folds.get(name);
  if (mask === null || own === undefined || !inFold || width * height > LARGEST) return [];
  const known = members.flatMap(({ fold }, member) => (fold !== null && alive(member) ? [{ member, fold }] : []));
  if (!known.some(({ fold }) => fold === own)) return [];
  const trained = known.filter(({ fold }) => fold !== own);
  const turn = ({ fold }: { fold: number }) => (fold > own ? 0 : 1);
  trained.sort((a, b) => turn(a) - turn(b) || a.fold - b.fold || a.member - b.member);
  return trained.slice(0, inFold).map(({ member }) => member);
}
