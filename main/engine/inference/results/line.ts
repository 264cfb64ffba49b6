import type { SparseHistogram } from './histogram.ts';
import type { CaseKind, CaseRow, SampleResult } from '../../../../common/case.ts';

/** One line of results.jsonl: one scanned picture, complete in itself. The last line of a picture is the one that counts. */
export interface ResultLine {
  v: 1;
  sample: string;
  /** size and time of change of picture and mask, as `statOf` writes them */
  stat: string;
  /** of the bytes of picture and mask */
  hash: string;
  labelled: boolean;
  heldOut: boolean;
  width: number;
  height: number;
  score: number;
  softmin: number;
  cases: CaseTuple[];
  /** passes that judged the picture, and of them those that see each of its cases; absent: not counted */
  passes?: { of: number; seeing: number[] };
  /** unlabelled pictures only */
  confidence?: SparseHistogram;
}

/** id, kind, given, proposed, x, y, width, height, area, score, p(given), agreement, disagreement, displacement, …features */
export type CaseTuple = [string, CaseKind, ...number[]];

export function toTuple(row: CaseRow): CaseTuple {
  const { id, kind, given, proposed, bbox, area, score, pGiven, agreement, disagreement, displacement } = row;
  const real = [score, pGiven, agreement, disagreement, displacement, ...row.features];
  return [id, kind, given, proposed, ...bbox, area, ...real];
}

export function toLine(result: SampleResult, source: Pick<ResultLine, 'stat' | 'hash' | 'confidence'>): ResultLine {
  const { sample, labelled, heldOut, width, height, score, softmin } = result;
  const cases = result.cases.map(toTuple);
  const passes = passesOf(result.cases);
  const facts = { sample, labelled, heldOut, width, height, score, softmin };
  return { v: 1, ...facts, cases, ...(passes && { passes }), ...source };
}

/** Cases of one picture were judged by the same passes. */
function passesOf(cases: readonly CaseRow[]): ResultLine['passes'] | null {
  const of = cases.at(0)?.passes?.of;
  return of ? { of, seeing: cases.map(({ passes }) => passes?.seeing ?? 0) } : null;
}

const ID = /^[0-9a-f]{16}$/;

/** null for anything that is not a whole line: torn by a crash, or glued to one that was. */
export function parseLine(text: string): ResultLine | null {
  try {
    const line = JSON.parse(text) as Partial<ResultLine> | null;
    const whole = line?.v === 1 && typeof line.sample === 'string' && line.cases?.every(([id]) => ID.test(id));
    return whole ? (line as ResultLine) : null;
  } catch {
    return null;
  }
}
