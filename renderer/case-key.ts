import { CASE_KINDS, type CaseKind, type CaseRow } from '../common/case.ts';

/** Scores that differ by less than one part of this share a rank. */
const RANKS = 99_999;
const ZERO = '0'.charCodeAt(0);
const KIND = 5;
const GIVEN = 6;
const PROPOSED = 8;
const ID = 10;

/**
 * The key of a stored case holds all that order and filters ask about: rank (five digits, worst first), kind (one digit),
 * given and proposed class (two hexadecimal digits each), then the id. So the store's own order is the queue's, and one
 * read of keys answers every filter without an index, which IndexedDB writes and walks many times slower than keys.
 */
export function keyOf(row: Pick<CaseRow, 'id' | 'kind' | 'given' | 'proposed' | 'score'>): string {
  return rankOf(row.score) + kindDigit(row.kind) + classDigits(row.given) + classDigits(row.proposed) + row.id;
}

export const idOf = (key: string): string => key.slice(ID);

export const kindOf = (key: string): CaseKind => CASE_KINDS[Number(key[KIND])];

/** The score as the key holds it. */
export function scoreOf(key: string): number {
  // By digits: parsing a part of the string takes ten times as long, and there may be half a million.
  let rank = 0;
  for (let i = 0; i < KIND; i++) rank = 10 * rank + key.charCodeAt(i) - ZERO;
  return 1 - rank / RANKS;
}

const rankOf = (score: number): string => String(Math.round((1 - score) * RANKS)).padStart(KIND, '0');

const kindDigit = (kind: CaseKind): string => String(CASE_KINDS.indexOf(kind));

const classDigits = (index: number): string => index.toString(16).padStart(2, '0');

export function isKind(kind: CaseKind): (key: string) => boolean {
  const digit = kindDigit(kind);
  return (key) => key[KIND] === digit;
}

/** True where the given or the proposed class is this one. */
export function hasClass(index: number): (key: string) => boolean {
  const digits = classDigits(index);
  return (key) => key.startsWith(digits, GIVEN) || key.startsWith(digits, PROPOSED);
}

export function isGiven(index: number): (key: string) => boolean {
  const digits = classDigits(index);
  return (key) => key.startsWith(digits, GIVEN);
}

export function isProposed(index: number): (key: string) => boolean {
  const digits = classDigits(index);
  return (key) => key.startsWith(digits, PROPOSED);
}

/** 256 · given + proposed. */
export const pairOf = (key: string): number => parseInt(key.slice(GIVEN, ID), 16);

/** How many of `keys` (worst first) reach the score. */
export function countAbove(keys: readonly string[], score: number): number {
  const rank = rankOf(score);
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle].slice(0, KIND) <= rank) low = middle + 1;
    else high = middle;
  }
  return low;
}
