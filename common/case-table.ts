import type { CaseKind, CaseRow } from './case.ts';
import { companyOf, placesOf, type Company, type Places } from './company.ts';
import { logit } from './logistic.ts';

/** What a ranking looks at. */
export type Ranked = Pick<CaseRow, 'sample' | 'kind' | 'given' | 'proposed' | 'bbox' | 'score' | 'features'>;

/** What cases may have in common. Classes are indexes. */
export type Group =
  | { type: 'given' | 'proposed'; class: number }
  | { type: 'pair'; given: number; proposed: number }
  | { type: 'kind'; kind: CaseKind };

/** Groups each case belongs to: given class, proposed class, both, kind. */
export const GROUPS = 4;

/** Cases as numbers: made once, scored after every verdict. */
export interface CaseTable {
  /** log-odds of the scanned score */
  offset: Float64Array;
  /** as many a case as `width`, standardised over the table */
  features: Float64Array;
  width: number;
  /** GROUPS a case, as indexes of `groups` */
  memberOf: Int32Array;
  groups: Group[];
  places: Places;
  /** by the scanned scores */
  company: Company;
}

/** Standard deviations from the mean beyond which a feature says no more. */
const FAR = 3;

export function tableOf(rows: readonly Ranked[]): CaseTable {
  const groups: Group[] = [];
  const known = new Map<string, number>();
  const memberOf = new Int32Array(rows.length * GROUPS);
  rows.forEach((row, i) => {
    groupsOf(row).forEach(([name, group], k) => {
      const number = known.get(name) ?? groups.push(group) - 1;
      known.set(name, number);
      memberOf[i * GROUPS + k] = number;
    });
  });
  const width = rows.at(0)?.features.length ?? 0;
  const places = placesOf(rows);
  return {
    offset: Float64Array.from(rows, ({ score }) => logit(score)),
    features: standardise(rows, width),
    width,
    memberOf,
    groups,
    places,
    company: companyOf(
      places,
      Float64Array.from(rows, ({ score }) => score),
    ),
  };
}

/** In the order of `memberOf`, with a name each. */
function groupsOf({ given, proposed, kind }: Ranked): [string, Group][] {
  return [
    [`given ${given}`, { type: 'given', class: given }],
    [`proposed ${proposed}`, { type: 'proposed', class: proposed }],
    [`${given} ${proposed}`, { type: 'pair', given, proposed }],
    [kind, { type: 'kind', kind }],
  ];
}

/** A feature that is the same everywhere becomes 0. */
function standardise(rows: readonly Ranked[], width: number): Float64Array {
  const values = new Float64Array(rows.length * width);
  rows.forEach(({ features }, i) => values.set(features, i * width));
  for (let j = 0; j < width; j++) {
    let [sum, squares] = [0, 0];
    for (let at = j; at < values.length; at += width) {
      sum += values[at];
      squares += values[at] ** 2;
    }
    const mean = sum / rows.length;
    const variance = squares / rows.length - mean ** 2;
    const scale = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
    for (let at = j; at < values.length; at += width)
      values[at] = Math.min(FAR, Math.max(-FAR, (values[at] - mean) * scale));
  }
  return values;
}
