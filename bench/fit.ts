/**
 * Where the weights of main/engine/noise/probability.ts come from:
 *
 *     node bench/fit.ts --data DATASET --project PROJECT --truth TRUTH
 *
 * Takes every candidate of every labelled picture of a scan, right where at least half of its pixels are wrongly labelled,
 * fits a logistic model, and says how well the same model ranks candidates of pictures it was not fitted on (5 folds by
 * picture), beside the weights in use.
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { labelTable, readGiven, toIndexes } from '../main/engine/dataset/labels.ts';
import { openDataset } from '../main/engine/dataset/open.ts';
import { readMask } from '../main/engine/images.ts';
import { readPlanes } from '../main/engine/inference/results/planes.ts';
import { openResults } from '../main/engine/inference/results/results.ts';
import { findCandidates, type Candidate } from '../main/engine/noise/candidates.ts';
import { errorProbability, terms } from '../main/engine/noise/probability.ts';
import { setScene } from '../main/engine/noise/scene.ts';
import { projectOf } from '../main/engine/project.ts';
import { wrongPixels } from './quality/errors.ts';
import { fitLogistic, probability } from './quality/logistic.ts';
import { auroc, averagePrecision } from './quality/measures.ts';

const FOLDS = 5;

const { values } = parseArgs({
  options: { data: { type: 'string' }, project: { type: 'string' }, truth: { type: 'string' } },
});
const { data, project: projectFolder, truth } = values;
if (!data || !projectFolder || !truth) throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH.');

interface Row {
  picture: number;
  terms: number[];
  right: boolean;
  inUse: number;
}

const rows: Row[] = [];
let names: string[] = [];

const dataset = await openDataset(data);
const project = await projectOf(data, projectFolder);
const results = await openResults(project);
if (results.scan === null) throw new Error(`Expected a scan in ${projectFolder}, found none.`);
const table = labelTable(dataset.classMap);
for (const [picture, { sample: name }] of [...results.all()].entries()) {
  const sample = dataset.byName.get(name);
  const stored = sample?.mask ? await readPlanes(project, results.scan, name) : null;
  if (!sample?.mask || !stored) continue;
  const { given } = await readGiven(dataset, sample);
  const wrong = wrongPixels(given, toIndexes(await readMask(join(truth, 'masks', basename(sample.mask))), table));
  const scene = setScene(stored.planes, given, dataset.classMap.classes.length);
  for (const candidate of findCandidates(scene)) {
    const named = terms(candidate.evidence, scene.diagonal);
    names = Object.keys(named);
    const right = pixelsIn(candidate, wrong) >= candidate.evidence.area / 2;
    const inUse = errorProbability(candidate.evidence, scene.diagonal);
    rows.push({ picture, terms: Object.values(named), right, inUse });
  }
}

function pixelsIn({ components: { first, start, end }, index }: Candidate, map: Uint8Array): number {
  let pixels = 0;
  for (let run = first[index]; run < first[index + 1]; run++) {
    for (let i = start[run]; i < end[run]; i++) pixels += map[i];
  }
  return pixels;
}

const fit = (some: Row[]) => fitLogistic(some.map((row) => row.terms), some.map(({ right }) => right)); // prettier-ignore
const judge = (score: (row: Row) => number) => {
  const scored = rows.map((row) => ({ score: score(row), positive: row.right }));
  return `AUROC ${auroc(scored).toFixed(4)}, average precision ${averagePrecision(scored).toFixed(4)}`;
};

const left = Array.from({ length: FOLDS }, (_, fold) => fit(rows.filter(({ picture }) => picture % FOLDS !== fold)));
const whole = fit(rows);
console.log(`candidates ${rows.length}, right ${rows.filter(({ right }) => right).length}`);
console.log(`weights in use     ${judge(({ inUse }) => inUse)}`);
console.log(`fitted, held out   ${judge((row) => probability(left[row.picture % FOLDS], row.terms))}`);
console.log(`intercept ${whole.intercept.toFixed(2)}`);
names.forEach((name, j) => console.log(`${name} ${whole.weights[j].toFixed(2)}`));
