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
import { AGAIN, scoreAgain } from '../main/engine/noise/in-fold.ts';
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
  /** of the first look */
  score: number;
  seen: InFold;
  right: boolean;
}

const sets: Row[][] = [];
for (const [n, folder] of data.entries()) {
  const before = new Map((await tellCases(folder, once[n], truth[n])).map(({ id, score }) => [id, score]));
  const rows: Row[] = [];
  for (const { id, features, right } of await tellCases(folder, twice[n], truth[n])) {
    const [score, seen] = [before.get(id), inFoldOf(features)];
    if (score !== undefined && seen) rows.push({ score, seen, right });
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

const fit = (rows: readonly Row[], terms: (row: Row) => number[]) =>
  fitLogistic(
    rows.map(terms),
    rows.map(({ right }) => right),
    1e-3,
  );

const rounded = (value: number) => Number(value.toFixed(2));

function report(rows: readonly Row[], scoreOf: (row: Row) => number): string {
  const scored = rows.map((row) => ({ ...row, score: scoreOf(row) })).sort((a, b) => b.score - a.score);
  const share = (n: number) => (scored.slice(0, n).filter(({ right }) => right).length / n).toFixed(2);
  const between = (from: number, to: number) => {
    const some = scored.filter(({ score }) => score >= from && score < to);
    return `${(some.filter(({ right }) => right).length / some.length).toFixed(2)} of ${some.length}`;
  };
  const cases = auroc(scored.map(({ score, right }) => ({ score, positive: right })));
  return `AUROC ${cases.toFixed(3)}, of the first 50, 100, 200, 300, 500 right ${[50, 100, 200, 300, 500].map(share).join(', ')}; from 0.2 to 0.4 ${between(0.2, 0.4)}, from 0.6 up ${between(0.6, Infinity)}`;
}

/** The numbers that `teaching` teaches; those of `rare` say how large a score is. */
function teach(teaching: readonly Row[][], rare: readonly Row[][]): typeof AGAIN {
  const { weights } = fit(teaching.flatMap(inSmall), termsOf);
  const rows = rare.flatMap(inSmall);
  const line = fit(rows, (row) => [termsOf(row).reduce((sum, term, j) => sum + weights[j] * term, 0)]);
  const [score, trained, cameOver] = weights.map((weight) => rounded(line.weights[0] * weight));
  return { intercept: rounded(line.intercept), score, trained, cameOver };
}

const judged = Number(values.judged);
const teaching = sets.slice(0, sets.length - judged);
const rare = sets.slice(0, Number(values.rare ?? teaching.length));
for (const [n, rows] of sets.entries()) {
  const others = (some: readonly Row[][]) => some.filter((other) => other !== rows);
  const numbers = teach(others(teaching), others(rare));
  console.log(`\n${data[n]}: ${rows.length} cases, ${rows.filter(({ right }) => right).length} right`);
  console.log(`one look       ${report(rows, ({ score }) => score)}`);
  console.log(`a second look  ${report(rows, ({ score, seen }) => scoreAgain(score, seen, numbers))}`);
}
console.log('\nall together', teach(teaching, rare));
for (const name of ['trained', 'cameOver'] as const) {
  const all = teaching.flat().map(({ seen }) => seen[name]);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  console.log(name, { mean: rounded(mean), deviation: rounded(deviation) });
}
