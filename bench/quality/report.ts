import { auroc, precisionAt } from './measures.ts';

/** Errors of fewer pixels do not count. */
export const SMALLEST_ERROR = 120;

export interface JudgedPicture {
  score: number;
  /** cleanlab's, lower: worse; absent where it is not compared */
  softmin?: number;
  /** it has wrongly labelled pixels */
  wrong: boolean;
}

/** A case beside the truth. */
export interface Judged {
  score: number;
  kind: string;
  /** at least half of its pixels are wrongly labelled */
  right: boolean;
  /** errors it covers, as indexes into the list of all: it is right and holds 30 % of them */
  covers: number[];
}

interface Found {
  pictures: JudgedPicture[];
  /** of at least SMALLEST_ERROR pixels */
  errors: { kind: string }[];
  cases: Judged[];
}

/** Prints how well cases and pictures are ranked, how many errors are found, and how true the scores are. */
export function report({ pictures, errors, cases: unsorted }: Found): void {
  const cases = unsorted.toSorted((a, b) => b.score - a.score);
  const rank = (score: (picture: JudgedPicture) => number) =>
    auroc(pictures.map((picture) => ({ score: score(picture), positive: picture.wrong }))).toFixed(3);

  console.log(`pictures ${pictures.length}, with errors ${pictures.filter(({ wrong }) => wrong).length}`);
  const compared = pictures.every(({ softmin }) => softmin !== undefined);
  const softmin = compared ? `  softmin ${rank(({ softmin = 1 }) => 1 - softmin)}` : '';
  console.log(`picture AUROC  score ${rank(({ score }) => score)}${softmin}`);
  console.log(`cases ${cases.length}, right ${cases.filter(isRight).length}`);
  for (const k of [50, 100, 200, 300, 500]) console.log(`precision@${k} ${precisionAt(cases, k, isRight).toFixed(3)}`);
  console.log(`errors ${errors.length}, covered ${share(coveredBy(cases).size, errors.length)}`);
  for (const k of [100, 300, 500, 1000])
    console.log(`found within ${k} ${share(coveredBy(cases.slice(0, k)).size, errors.length)}`);

  const again = cases.reduce((sum, { covers }) => sum + covers.length, 0) - coveredBy(cases).size;
  console.log(`repeated ${again} (cases covering an error that another case covers)`);

  console.log('\ncalibration: scores in, cases, mean score, share right');
  const edges = [0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.01];
  for (const [i, low] of edges.slice(0, -1).entries()) {
    const bin = cases.filter(({ score }) => score >= low && score < edges[i + 1]);
    if (!bin.length) continue;
    const mean = bin.reduce((sum, { score }) => sum + score, 0) / bin.length;
    console.log(
      `${low.toFixed(2)}  ${bin.length}  ${mean.toFixed(3)}  ${share(bin.filter(isRight).length, bin.length)}`,
    );
  }

  console.log('\nkind of error: kinds of the best case that covers it');
  for (const kind of new Set(errors.map((error) => error.kind))) {
    const counts: Record<string, number> = {};
    errors.forEach((error, i) => {
      if (error.kind !== kind) return;
      const found = cases.find(({ covers }) => covers.includes(i))?.kind ?? 'not covered';
      counts[found] = (counts[found] ?? 0) + 1;
    });
    console.log(kind, JSON.stringify(counts));
  }
}

const share = (part: number, whole: number) => (part / whole).toFixed(3);
const coveredBy = (first: Judged[]) => new Set(first.flatMap(({ covers }) => covers));
const isRight = ({ right }: Judged) => right;
