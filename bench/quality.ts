/**
 * How good the cases of a scan are, against known truth:
 *
 *     node bench/quality.ts --data DATASET --project PROJECT --truth TRUTH
 *
 * TRUTH holds masks/ (as the dataset's, but right) and, if the errors are known, errors.json. A case is right where at
 * least half of its pixels are wrongly labelled; it covers an error where it is right and holds 30 % of that error.
 * Errors under 120 pixels do not count.
 */
import { parseArgs } from 'node:util';
import type { CaseDetail, SampleResult } from '../common/case.ts';
import { decodeRle } from '../common/rle.ts';
import type { KnownError } from './quality/errors.ts';
import { openKnown } from './quality/known.ts';
import { report, SMALLEST_ERROR, type Judged } from './quality/report.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, project: { type: 'string' }, truth: { type: 'string' } },
});
if (!values.data || !values.project || !values.truth)
  throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH.');
const { data, truth } = values as { data: string; truth: string };

const pictures: { result: SampleResult; wrong: boolean }[] = [];
const errors: KnownError[] = [];
const cases: Judged[] = [];
for await (const picture of (await openKnown(data, values.project, truth)).pictures()) {
  const { sample, result, wrong } = picture;
  const first = errors.length;
  errors.push(...picture.errors().filter(({ area }) => area >= SMALLEST_ERROR));
  pictures.push({ result, wrong: wrong.includes(1) });
  for (const one of await picture.cases()) cases.push(judge(one, sample, wrong, first));
  for (const error of errors.slice(first)) error.mask = new Uint8Array(0);
}
report({
  pictures: pictures.map(({ result: { score, softmin }, wrong }) => ({ score, softmin, wrong })),
  errors,
  cases,
});

function judge(
  one: CaseDetail,
  { width, height }: { width: number; height: number },
  wrong: Uint8Array,
  first: number,
) {
  const mask = decodeRle(one.rle, width, height);
  const [left, top, across, down] = one.bbox;
  const inside = (other: Uint8Array) => {
    let pixels = 0;
    for (let y = top; y < top + down; y++) {
      for (let i = y * width + left; i < y * width + left + across; i++) pixels += mask[i] & other[i];
    }
    return pixels;
  };
  const right = inside(wrong) >= one.area / 2;
  const covers = right
    ? errors.flatMap(({ mask, area }, i) => (i >= first && inside(mask) >= 0.3 * area ? [i] : []))
    : [];
  return { score: one.score, kind: one.kind, right, covers };
}
