import type { CaseRow } from './case.ts';

/** Pixels between two boxes that still touch: a shifted outline leaves a hairline between its parts. */
const GAP = 4;
/** Cases of one picture that are looked at for touching ones, the first of them. */
const SIDE_BY_SIDE = 64;

/** Which cases lie together: errors come in pictures, and side by side. */
export interface Places {
  /** number of the picture of each case */
  picture: Int32Array;
  pictures: number;
  /** cases beside case i: entries `start[i]` up to `start[i + 1]` */
  start: Int32Array;
  beside: Int32Array;
}

/** What is believed of the cases around each, 0..1: the surest error in its picture, and among those that touch it. */
export interface Company {
  picture: Float64Array;
  beside: Float64Array;
}

export function placesOf(rows: readonly Pick<CaseRow, 'sample' | 'bbox'>[]): Places {
  const inPicture = [...Map.groupBy(rows.keys(), (i) => rows[i].sample).values()];
  const picture = new Int32Array(rows.length);
  const touching: number[][] = rows.map(() => []);
  inPicture.forEach((cases, number) => {
    for (const i of cases) picture[i] = number;
    const first = cases.slice(0, SIDE_BY_SIDE);
    for (const i of cases) {
      for (const j of first) if (i !== j && touch(rows[i].bbox, rows[j].bbox)) touching[i].push(j);
    }
  });
  const start = new Int32Array(rows.length + 1);
  touching.forEach((cases, i) => (start[i + 1] = start[i] + cases.length));
  return { picture, pictures: inPicture.length, start, beside: Int32Array.from(touching.flat()) };
}

/** `belief`: how surely each case is an error, 0..1. A case alone has 0. */
export function companyOf({ picture, pictures, start, beside }: Places, belief: Float64Array): Company {
  const best = new Float64Array(pictures);
  const second = new Float64Array(pictures);
  belief.forEach((p, i) => {
    const at = picture[i];
    second[at] = Math.max(second[at], Math.min(best[at], p));
    best[at] = Math.max(best[at], p);
  });
  return {
    // Of two that share the first place, the second is the other one.
    picture: belief.map((p, i) => (p === best[picture[i]] ? second[picture[i]] : best[picture[i]])),
    beside: belief.map((_, i) => {
      let most = 0;
      for (let e = start[i]; e < start[i + 1]; e++) most = Math.max(most, belief[beside[e]]);
      return most;
    }),
  };
}

function touch([x, y, width, height]: CaseRow['bbox'], [left, top, across, down]: CaseRow['bbox']): boolean {
  return x < left + across + GAP && left < x + width + GAP && y < top + down + GAP && top < y + height + GAP;
}
