/**
 * How good the cases of a scan are, against known truth:
 *
 *     node bench/quality.ts --data DATASET --project PROJECT --truth TRUTH
 *
 * TRUTH holds masks/ (as the dataset's, but right) and, if the errors are known, errors.json. A case is right where at
 * least half of its pixels are wrongly labelled; it covers an error where it is right and holds 30 % of that error.
 * Errors under 120 pixels do not count.
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeRle } from '../common/rle.ts';
import type { CaseDetail, SampleResult } from '../common/case.ts';
import { labelTable, readGiven, toIndexes } from '../main/engine/dataset/labels.ts';
import { openDataset } from '../main/engine/dataset/open.ts';
import { readMask } from '../main/engine/images.ts';
import { readCases } from '../main/engine/inference/results/planes.ts';
import { openResults } from '../main/engine/inference/results/results.ts';
import { projectOf } from '../main/engine/project.ts';
import { errorsOf, readListed, wrongPixels, type KnownError } from './quality/errors.ts';
import { auroc, precisionAt } from './quality/measures.ts';

const SMALLEST_ERROR = 120;

interface Judged {
  score: number;
  kind: string;
  right: boolean;
  /** errors it covers, as indexes into the list of all */
  covers: number[];
}

const { values } = parseArgs({
  options: { data: { type: 'string' }, project: { type: 'string' }, truth: { type: 'string' } },
});
if (!values.data || !values.project || !values.truth)
  throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH.');
const { data, truth } = values as { data: string; truth: string };

const dataset = await openDataset(data);
const project = await projectOf(data, values.project);
const results = await openResults(project);
if (results.scan === null) throw new Error(`Expected a scan in ${values.project}, found none.`);
const scan = results.scan;
const table = labelTable(dataset.classMap);
const listed = await readListed(truth);

const pictures: { result: SampleResult; wrong: boolean }[] = [];
const errors: KnownError[] = [];
const cases: Judged[] = [];
for (const result of results.all()) {
  const sample = dataset.byName.get(result.sample);
  if (!sample?.mask) continue;
  const { given } = await readGiven(dataset, sample);
  const wrong = wrongPixels(given, toIndexes(await readMask(join(truth, 'masks', basename(sample.mask))), table));
  const first = errors.length;
  errors.push(...errorsOf(sample.name, wrong, sample.width, listed).filter(({ area }) => area >= SMALLEST_ERROR));
  pictures.push({ result, wrong: wrong.includes(1) });
  for (const one of await readCases(project, scan, sample.name)) cases.push(judge(one, sample, wrong, first));
  for (const error of errors.slice(first)) error.mask = new Uint8Array(0);
}
cases.sort((a, b) => b.score - a.score);

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

const share = (part: number, whole: number) => (part / whole).toFixed(3);
const coveredBy = (first: Judged[]) => new Set(first.flatMap(({ covers }) => covers));
const isRight = ({ right }: Judged) => right;
const rank = (score: (result: SampleResult) => number) =>
  auroc(pictures.map(({ result, wrong }) => ({ score: score(result), positive: wrong }))).toFixed(3);

console.log(`pictures ${pictures.length}, with errors ${pictures.filter(({ wrong }) => wrong).length}`);
console.log(`picture AUROC  score ${rank(({ score }) => score)}  softmin ${rank(({ softmin }) => 1 - softmin)}`);
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
  console.log(`${low.toFixed(2)}  ${bin.length}  ${mean.toFixed(3)}  ${share(bin.filter(isRight).length, bin.length)}`);
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
