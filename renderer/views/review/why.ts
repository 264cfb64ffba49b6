import type { CaseRow } from '../../../common/case.ts';
import { IGNORE } from '../../../common/dataset.ts';
import { AGREED, FEATURES, inFoldOf } from '../../../common/features.ts';
import type { Move, Term } from '../../../common/learn.ts';
import { percent } from '../../format.ts';
import { KIND_WORDS } from './words.ts';

/** Words of a sentence; the name of a class stands out. */
export type Words = (string | { name: string })[];

/** Mean mutual information, bits, from which models are said to disagree. */
const UNSURE = 0.25;
/** Mean log-ratio from which a model is said to contradict a label. */
const CONTRADICTS = 1.5;
/** Difference of the score below which nothing is said of it. */
const SAID = 0.01;
/** Log-odds below which a term is not worth a word, and how many are named. */
const TOLD = 0.1;
const NAMED = 2;

/**
 * What the models hold against the label: how many of their passes see something else, or where passes are not known or
 * one alone judges, the models. `nameOf`: of a class by its index; `models`: how many judge the picture, where it is known.
 */
export function sayWhy(row: CaseRow, nameOf: (index: number) => string, models: number | null): Words {
  const given: Words = row.given === IGNORE ? ['Not labelled, '] : ['Given ', { name: nameOf(row.given) }, ', '];
  const proposed = { name: nameOf(row.proposed) };
  const off = Math.round(row.displacement);
  const counted = passing(row);
  return [
    ...given,
    counted ?? judges(row.heldOut, models),
    proposed,
    counted ? ' on most of the region' : ` on ${percent(row.agreement)} of the region’s pixels`,
    row.kind === 'boundary' && off >= 1 ? `; the label sits ${off} px off the edge.` : '.',
    row.disagreement >= UNSURE ? ' They do not agree among themselves here.' : '',
    again(row.features),
  ];
}

/** How verdicts moved the score of a case, and what of it moved it; null: they hardly did. */
export function sayMoved(
  { scanned, learned, moves }: { scanned: number; learned: number; moves: readonly Move[] },
  nameOf: (index: number) => string,
): Words | null {
  if (Math.abs(learned - scanned) < SAID) return null;
  const up = learned > scanned;
  const reasons = moves
    .filter(({ by }) => by > 0 === up && Math.abs(by) >= TOLD)
    .slice(0, NAMED)
    .map(({ term }) => termWords(term, nameOf));
  const [first, second] = reasons;
  const why = first ? [', most of all by ', ...first, ...(second ? [' and by ', ...second] : [])] : [];
  return [
    `Verdicts ${up ? 'raised' : 'lowered'} its score from ${scanned.toFixed(2)} to ${learned.toFixed(2)}`,
    ...why,
    '.',
  ];
}

export const textOf = (words: Words): string =>
  words.map((word) => (typeof word === 'string' ? word : word.name)).join('');

/** What members that trained on the label say of it, where they were asked and it tells for or against. */
function again(features: readonly number[]): string {
  const seen = inFoldOf(features);
  if (!seen) return '';
  if (seen.trained >= CONTRADICTS) return ' Even trained on this label, a model contradicts it.';
  return seen.trained < AGREED && seen.cameOver > 0 ? ' Trained on this label, a model came over to it.' : '';
}

/** null: there are not several to count. */
function passing({ passes, heldOut }: CaseRow): string | null {
  if (!passes || passes.of < 2) return null;
  const { seeing, of } = passes;
  return `${seeing || 'none'} of ${of} ${heldOut ? 'held-out ' : ''}passes ${seeing < 2 ? 'sees' : 'see'} `;
}

function judges(heldOut: boolean, models: number | null): string {
  const kind = heldOut ? 'held-out model' : 'model';
  if (models === 1) return `the ${kind} sees `;
  return models ? `the ${models} ${kind}s see ` : `the ${kind}s see `;
}

function termWords(term: Term, nameOf: (index: number) => string): Words {
  switch (term.type) {
    case 'overall':
      return ['how the cases so far turned out'];
    case 'picture':
      return ['the other cases of this picture'];
    case 'beside':
      return ['the case beside it'];
    case 'feature':
      return [`“${FEATURES[term.index]?.title ?? 'its measures'}”`];
    case 'given':
      return ['given ', { name: nameOf(term.class) }];
    case 'proposed':
      return ['proposed ', { name: nameOf(term.class) }];
    case 'pair':
      return [{ name: nameOf(term.given) }, ' taken for ', { name: nameOf(term.proposed) }];
    case 'kind':
      return [`the kind ${KIND_WORDS[term.kind]}`];
  }
}
