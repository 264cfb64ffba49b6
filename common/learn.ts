import { GROUPS, type CaseTable, type Group } from './case-table.ts';
import { companyOf, type Company } from './company.ts';
import { fitLogistic, sigmoid } from './logistic.ts';

/** A person looked at case `index` of a table for itself. */
export interface Lesson {
  index: number;
  /** false: the given label is right */
  error: boolean;
}

/** Cases that are ranked anew after a verdict, the first as scanned: more than anybody reviews, and some milliseconds. */
export const RANKED = 10_000;

/** What may move a score. */
export type Term =
  | Group
  /** every case alike */
  | { type: 'overall' }
  /** the other cases of its picture, and those that touch it */
  | { type: 'picture' }
  | { type: 'beside' }
  /** of FEATURES */
  | { type: 'feature'; index: number };

export interface Move {
  term: Term;
  /** log-odds by which it moves the score */
  by: number;
}

/** What lessons taught about a table. */
export interface Learned {
  /** of overall, steepness, picture and beside, then of each feature; in log-odds */
  weights: Float64Array;
  /** of each group of the table, in log-odds */
  effects: Float64Array;
  company: Company;
}

/**
 * Standard deviations, in log-odds: how much each thing is thought to matter before there are lessons; features all together,
 * however many there are (docs/learning.md).
 */
const PRIOR = { overall: 0.5, steepness: 0.15, company: 1, features: 0.25 };
const GROUP_PRIOR: Record<Group['type'], number> = { given: 0.5, proposed: 0.5, pair: 0.4, kind: 0.4 };
/** Log-odds by which an error nobody thought of is thought to raise the other cases of its picture, and those beside it. */
const TIE = 1;
/** Weights beside those of the features. */
const COMMON = 4;

/**
 * A logistic model that starts from the scanned score and moves away from it as far as lessons ask for: on the features, on
 * the company a case is in, and by the groups it belongs to, each drawn towards nothing. In which order the lessons came
 * does not matter. Null without lessons: nothing but the scanned score is known.
 */
export function learn(table: CaseTable, lessons: readonly Lesson[]): Learned | null {
  if (!lessons.length) return null;
  const { width, groups } = table;
  const inOrder = lessons.toSorted((a, b) => a.index - b.index);
  const company = companyOf(table.places, beliefsOf(table, inOrder));
  const scales = scalesOf(table);
  const columnOf = new Map<number, number>();
  const entries = inOrder.flatMap(({ index }) => {
    const own = valuesOf(table, company, index).map((value, j) => [j, value * scales[j]]);
    const shared = membershipsOf(table, index).map((group) => {
      const column = columnOf.get(group) ?? COMMON + width + columnOf.size;
      columnOf.set(group, column);
      return [column, GROUP_PRIOR[groups[group].type]];
    });
    return [...own, ...shared];
  });
  const perCase = COMMON + width + GROUPS;
  const rows = {
    start: Int32Array.from({ length: inOrder.length + 1 }, (_, i) => i * perCase),
    column: Int32Array.from(entries, ([column]) => column),
    value: Float64Array.from(entries, ([, value]) => value),
    columns: COMMON + width + columnOf.size,
  };
  const fitted = fitLogistic(
    rows,
    Float64Array.from(inOrder, ({ index }) => {
      const { picture, beside } = tiesOf(table, company, index);
      return table.offset[index] + picture + beside;
    }),
    inOrder.map(({ error }) => error),
  );
  const effects = new Float64Array(groups.length);
  for (const [group, column] of columnOf) effects[group] = fitted[column] * GROUP_PRIOR[groups[group].type];
  return { weights: scales.map((scale, j) => scale * fitted[j]), effects, company };
}

/** Probability 0..1 of each case of the table that it is an error. */
export function learnedScores(table: CaseTable, { weights, effects, company }: Learned): Float64Array {
  const { offset, features, width, memberOf } = table;
  const [overall, steepness, picture, beside] = weights;
  return offset.map((scanned, i) => {
    const ties = tiesOf(table, company, i);
    let odds = scanned + overall + steepness * scanned + ties.picture + ties.beside;
    odds += picture * company.picture[i] + beside * company.beside[i];
    for (let j = 0; j < width; j++) odds += weights[COMMON + j] * features[i * width + j];
    for (let k = 0; k < GROUPS; k++) odds += effects[memberOf[i * GROUPS + k]];
    return sigmoid(odds);
  });
}

/** What moves case `index`, the most first; terms that do not move it are left out. */
export function whatMoves(table: CaseTable, learned: Learned, index: number): Move[] {
  const [overall, steepness, picture, beside, ...rest] = movesOf(table, learned, index);
  const groups = membershipsOf(table, index).map((group) => table.groups[group]);
  const terms: Term[] = [
    ...Array.from({ length: table.width }, (_, j) => ({ type: 'feature', index: j }) as const),
    ...groups,
  ];
  const moves: Move[] = [
    { term: { type: 'overall' }, by: overall + steepness },
    { term: { type: 'picture' }, by: picture },
    { term: { type: 'beside' }, by: beside },
    ...terms.map((term, k) => ({ term, by: rest[k] })),
  ];
  return moves.filter(({ by }) => by !== 0).sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
}

/** Those of `weights`, then those of the groups. */
function movesOf(table: CaseTable, { weights, effects, company }: Learned, index: number): number[] {
  const moves = valuesOf(table, company, index).map((value, j) => value * weights[j]);
  const ties = tiesOf(table, company, index);
  moves[2] += ties.picture;
  moves[3] += ties.beside;
  for (const group of membershipsOf(table, index)) moves.push(effects[group]);
  return moves;
}

/** What is thought of a case for what was found around it, before there are lessons on how much that tells. */
function tiesOf(table: CaseTable, company: Company, index: number) {
  return {
    picture: TIE * (company.picture[index] - table.company.picture[index]),
    beside: TIE * (company.beside[index] - table.company.beside[index]),
  };
}

/** What the weights are multiplied by, in their order. */
function valuesOf({ offset, features, width }: CaseTable, company: Company, index: number): number[] {
  const own = features.subarray(index * width, (index + 1) * width);
  return [1, offset[index], company.picture[index], company.beside[index], ...own];
}

const membershipsOf = ({ memberOf }: CaseTable, index: number): number[] => [
  ...memberOf.subarray(index * GROUPS, (index + 1) * GROUPS),
];

function scalesOf({ width }: CaseTable): Float64Array {
  const { overall, steepness, company, features } = PRIOR;
  const each = new Array<number>(width).fill(features / Math.sqrt(width));
  return Float64Array.from([overall, steepness, company, company, ...each]);
}

/** How surely each case is an error: what a person found, else the scanned score. */
function beliefsOf({ offset }: CaseTable, lessons: readonly Lesson[]): Float64Array {
  const beliefs = offset.map(sigmoid);
  for (const { index, error } of lessons) beliefs[index] = error ? 1 : 0;
  return beliefs;
}
