/**
 * How well the errors left in the queue are foretold, with known truth as the reviewer:
 *
 *     node bench/stopping.ts --data DATASET --project PROJECT --truth TRUTH
 *
 * TRUTH holds masks/ (as the dataset's, but right). Cases are reviewed highest score first; one is an error where at least
 * half of its pixels are wrongly labelled.
 */
import { parseArgs } from 'node:util';
import { expectedErrors } from '../common/expected.ts';
import { recalibrate } from '../common/recalibration.ts';
import { scoresOf } from '../common/scores.ts';
import { tellCases } from './quality/right.ts';

const REVIEWED = [0, 20, 50, 100, 200, 300, 500, 1000, 2000];

const { values } = parseArgs({
  options: { data: { type: 'string' }, project: { type: 'string' }, truth: { type: 'string' } },
});
if (!values.data || !values.project || !values.truth)
  throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH.');
const cases = await tellCases(values.data, values.project, values.truth);

const scores = (of: { score: number }[]) => scoresOf(of.map(({ score }) => score));
console.log(`cases ${cases.length}, errors among them ${cases.filter(({ right }) => right).length}`);
console.log('reviewed  found  left: really, expected (95 %)  share found: really, expected');
for (const n of REVIEWED.filter((n) => n <= cases.length)) {
  const [seen, open] = [cases.slice(0, n), cases.slice(n)];
  const errors = seen.filter(({ right }) => right);
  const recalibration = recalibrate(scores(errors), scores(seen.filter(({ right }) => !right)));
  const left = expectedErrors(scores(open), recalibration);
  const really = open.filter(({ right }) => right).length;
  const share = (missing: number) => (errors.length / Math.max(1, errors.length + missing)).toFixed(2);
  console.log(
    `${n}  ${errors.length}  ${really}, ${left.expected.toFixed(0)} (${left.low} to ${left.high})  ` +
      `${share(really)}, ${share(left.expected)}`,
  );
}
