/**
 * Where the numbers of main/engine/noise/in-fold.ts come from, and how much a second look is worth:
 *
 *     node bench/in-fold.ts --data DATASET --truth TRUTH --once PROJECT --twice PROJECT [--data … --truth … --once … --twice …]
 *         [--judged N] [--rare N]
 *
 * `--once` was scanned with `--in-fold 0`, `--twice` with as many as shall be judged, everything else alike; the models have
 * to be trained on the very labels of DATASET, errors and all. Each dataset is judged by what all others teach; the last
 * N (0) of them teach nothing. What all teach together stands at the end; how large a score is, the first `--rare` (all) of
 * them say, where as few labels are wrong as in most datasets: where many are, the same evidence is an error more often.
 */
import { parseArgs } from 'node:util';
import { inFoldOf, type InFold } from '../common/features.ts';
import { pictureScore } from '../main/engine/noise/score.ts';
import { fitLogistic } from './quality/logistic.ts';
import { auroc } from './quality/measures.ts';
import { tellCases } from './quality/right.ts';

const many = { type: 'string', multiple: true } as const;
const { values } = parseArgs({
  options: {
    data: many,
    truth: many,
    once: many,
    twice: many,
    judged: { type: 'string', default: '0' },
    rare: { type: 'string' },
  },
});
const { data = [], truth = [], once = [], twice = [] } = values;
if (!data.length || [truth, once, twice].some(({ length }) => length !== data.length))
  throw new Error('Expected --data DATASET --truth TRUTH --once PROJECT --twice PROJECT, once a dataset.');

interface Row {
  sample: string;
  /** of the first look */
  score: number;
  seen: InFold;
  right: boolean;
}

const sets: Row[][] = [];
for (const [n, folder] of data.entries()) {
  const before = new Map((await tellCases(folder, once[n], truth[n])).map(({ id, score }) => [id, score]));
  const rows: Row[] = [];
  for (const { id, sample, features, right } of await tellCases(folder, twice[n], truth[n])) {
    const [score, seen] = [before.get(id), inFoldOf(features)];
    if (score !== undefined && seen) rows.push({ sample, score, seen, right });
  }
  sets.push(rows);
}

const odds = (score: number) => Math.log(score / (1 - score));
const termsOf = ({ score, seen }: Row) => [odds(score), seen.trained, seen.cameOver];

/** Rows of one dataset that teach at most: none of them shall be all there is. */
const MOST = 5000;

/** The rows come by score: every so many of them are the set in small. */
function inSmall(set: readonly Row[]): Row[] {
  const every = Math.max(1, set.length / MOST);
  return Array.from({ length: Math.floor(set.length / every) }, (_, i) => set[Math.floor(i * every)]);
}

function fit(some: readonly Row[][]) {
  const rows = some.flatMap(inSmall);
  return fitLogistic(
    rows.map(termsOf),
    rows.map(({ right }) => right),
    1e-3,
  );
}

function report(rows: readonly Row[], scoreOf: (row: Row) => number): string {
  const scored = rows.map((row) => ({ ...row, score: scoreOf(row) })).sort((a, b) => b.score - a.score);
  const share = (n: number) => (scored.slice(0, n).filter(({ right }) => right).length / n).toFixed(2);
  const pictures = [...Map.groupBy(scored, ({ sample }) => sample).values()].map((cases) => ({
    score: pictureScore(cases),
    positive: cases.some(({ right }) => right),
  }));
  const cases = auroc(scored.map(({ score, right }) => ({ score, positive: right })));
  return `AUROC ${cases.toFixed(3)}, pictures with a right case ${auroc(pictures).toFixed(3)}, of the first 50, 100, 200, 300, 500 right ${[50, 100, 200, 300, 500].map(share).join(', ')}`;
}

const teaching = sets.slice(0, sets.length - Number(values.judged));
for (const [n, rows] of sets.entries()) {
  const { weights, intercept } = fit(teaching.filter((other) => other !== rows));
  const again = (row: Row) => {
    const sum = termsOf(row).reduce((all, term, j) => all + weights[j] * term, intercept);
    return 1 / (1 + Math.exp(-sum));
  };
  console.log(`\n${data[n]}: ${rows.length} cases, ${rows.filter(({ right }) => right).length} right`);
  console.log(`one look          ${report(rows, ({ score }) => score)}`);
  console.log(`a second look     ${report(rows, again)}`);
}
const together = fit(teaching);
const sumOf = (row: Row) => termsOf(row).reduce((all, term, j) => all + together.weights[j] * term, 0);
const rare = sets
  .slice(0, Number(values.rare ?? teaching.length))
  .map(inSmall)
  .flat();
const line = fitLogistic(
  rare.map((row) => [sumOf(row)]),
  rare.map(({ right }) => right),
  1e-3,
);
const { intercept } = line;
const [score, trained, cameOver] = together.weights.map((weight) => Number((line.weights[0] * weight).toFixed(2)));
console.log(`\nall together`, { intercept: Number(intercept.toFixed(2)), score, trained, cameOver });
for (const name of ['trained', 'cameOver'] as const) {
  const all = teaching.flat().map(({ seen }) => seen[name]);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  console.log(name, { mean: Number(mean.toFixed(2)), deviation: Number(deviation.toFixed(2)) });
}
