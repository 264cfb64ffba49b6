/**
 * How well the errors left in the queue are foretold, with known truth as the reviewer:
 *
 *     node bench/stopping.ts --data DATASET --project PROJECT --truth TRUTH
 *
 * TRUTH holds masks/ (as the dataset's, but right). Cases are reviewed highest score first; one is an error where at least
 * half of its pixels are wrongly labelled.
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { expectedErrors } from '../common/expected.ts';
import { recalibrate } from '../common/recalibration.ts';
import { decodeRle } from '../common/rle.ts';
import { scoresOf } from '../common/scores.ts';
import { labelTable, readGiven, toIndexes } from '../main/engine/dataset/labels.ts';
import { openDataset } from '../main/engine/dataset/open.ts';
import { readMask } from '../main/engine/images.ts';
import { readCases } from '../main/engine/inference/results/planes.ts';
import { openResults } from '../main/engine/inference/results/results.ts';
import { projectOf } from '../main/engine/project.ts';
import { wrongPixels } from './quality/errors.ts';

const REVIEWED = [0, 20, 50, 100, 200, 300, 500, 1000, 2000];

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
const table = labelTable(dataset.classMap);

const cases: { score: number; error: boolean }[] = [];
for (const { sample: name } of results.all()) {
  const sample = dataset.byName.get(name);
  if (!sample?.mask) continue;
  const { given } = await readGiven(dataset, sample);
  const wrong = wrongPixels(given, toIndexes(await readMask(join(truth, 'masks', basename(sample.mask))), table));
  for (const { rle, area, score } of await readCases(project, results.scan, name)) {
    const inside = decodeRle(rle, sample.width, sample.height).reduce((sum, one, i) => sum + (one & wrong[i]), 0);
    cases.push({ score, error: inside >= area / 2 });
  }
}
cases.sort((a, b) => b.score - a.score);

const scores = (of: { score: number }[]) => scoresOf(of.map(({ score }) => score));
console.log(`cases ${cases.length}, errors among them ${cases.filter(({ error }) => error).length}`);
console.log('reviewed  found  left: really, expected (95 %)  share found: really, expected');
for (const n of REVIEWED.filter((n) => n <= cases.length)) {
  const [seen, open] = [cases.slice(0, n), cases.slice(n)];
  const errors = seen.filter(({ error }) => error);
  const recalibration = recalibrate(scores(errors), scores(seen.filter(({ error }) => !error)));
  const left = expectedErrors(scores(open), recalibration);
  const really = open.filter(({ error }) => error).length;
  const share = (missing: number) => (errors.length / Math.max(1, errors.length + missing)).toFixed(2);
  console.log(
    `${n}  ${errors.length}  ${really}, ${left.expected.toFixed(0)} (${left.low} to ${left.high})  ` +
      `${share(really)}, ${share(left.expected)}`,
  );
}
