import { CASE_KINDS, type CaseKind, type CaseRow } from '../common/case.ts';

/**
 * The key of a stored case begins with all that the filters ask about: kind (one digit), given and proposed class (two
 * hexadecimal digits each); its id follows. So one read of keys, worst first, answers every filter without reading rows.
 */
export function keyOf({ id, kind, given, proposed }: Pick<CaseRow, 'id' | 'kind' | 'given' | 'proposed'>): string {
  return kindDigit(kind) + classDigits(given) + classDigits(proposed) + id;
}

export const idOf = (key: string): string => key.slice(5);

export const kindOf = (key: string): CaseKind => CASE_KINDS[Number(key[0])];

export const kindDigit = (kind: CaseKind): string => String(CASE_KINDS.indexOf(kind));

export const classDigits = (index: number): string => index.toString(16).padStart(2, '0');

/** True where the given or the proposed class is this one, in its two digits. */
export const hasClass = (key: string, digits: string): boolean =>
  key.startsWith(digits, 1) || key.startsWith(digits, 3);
