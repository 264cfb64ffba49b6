/**
 * Where main/engine/noise/forest.json comes from, and how good cases are on pictures it was not fitted on:
 *
 *     node bench/fit.ts --data DATASET --project PROJECT --truth TRUTH [--data … --project … --truth …]
 *         [--planted FOLDER]… [--habit FOLDER]… [--again PROJECT]… [--by stretch|dataset] [--write] [--cases FILE]
 *
 * Takes every candidate of every labelled picture of the scans, right where at least half of its pixels are wrongly
 * labelled, of what bench/plant.ts made of the same pictures in FOLDER, and of what bench/effect/effect.ts --habit did. A
 * forest is fitted on four fifths of the pictures of all datasets and judges the last fifth of DATASET, five times over; then
 * one is fitted on all of them, and written with --write. Fifths are stretches in the order of names: frames of one drive look alike, and a forest that has
 * seen the frame before knows too much. With --by dataset every dataset is judged by a forest that saw the others only: what
 * to expect of pictures of another world. --cases writes the cases as they were scored on pictures held out, a list of each
 * dataset, for bench/learn.ts. --again, for the first datasets, is a project of the same pictures scanned by members that did
 * train on them: one look more (noise/in-fold.ts), after which the held-out cases are judged once more.
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { JUDGED } from '../common/features.ts';
import { distinct, isWorthALook } from '../main/engine/noise/cases.ts';
import { margin, readForest, type WrittenTree } from '../main/engine/noise/forest.ts';
import { inFoldFeatures, scoreAgain } from '../main/engine/noise/in-fold.ts';
import { kindOf } from '../main/engine/noise/kind.ts';
import { mixed, standardise } from '../main/engine/noise/probability.ts';
import { pictureScore } from '../main/engine/noise/score.ts';
import { boost } from './quality/boosting.ts';
import { gather, type GatheredCandidate, type GatheredPicture } from './quality/gather.ts';
import { fitLogistic } from './quality/logistic.ts';
import { auroc, averagePrecision } from './quality/measures.ts';
import { report } from './quality/report.ts';
import type { Told } from './quality/right.ts';

const STRETCHES = 5;
/** Forests of a bag, each on four fifths of the pictures: their mean ranks better than one of them. */
const BAG = 3;
const SETTINGS = { trees: 150, leaves: 32, rate: 0.08, leastRows: 60, penalty: 5 };

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true },
    project: { type: 'string', multiple: true },
    truth: { type: 'string', multiple: true },
    planted: { type: 'string', multiple: true, default: [] },
    habit: { type: 'string', multiple: true, default: [] },
    by: { type: 'string', default: 'stretch' },
    write: { type: 'boolean' },
    cases: { type: 'string' },
    again: { type: 'string', multiple: true, default: [] },
  },
});
const { data = [], project = [], truth = [], again } = values;
if (!data.length || data.length !== project.length || data.length !== truth.length)
  throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH, once a dataset.');

const sets: GatheredPicture[][] = [];
for (const [d, folder] of data.entries()) sets.push(await gather(folder, project[d], truth[d], again[d]));
const planted: GatheredPicture[][] = [];
for (const out of values.planted)
  for (const draw of (await readdir(out)).filter((draw) => draw !== '0').sort())
    planted.push(await gather(join(out, draw), join(out, draw, 'project'), join(out, draw, 'truth')));
const habits: GatheredPicture[][] = [];
for (const work of values.habit)
  habits.push(await gather(join(work, 'dataset'), join(work, 'projects', 'scan'), join(work, 'small', 'truth')));

const everySet = [...sets, ...planted, ...habits];
const judged = sets.flat();
const pictures = everySet.flat();
const largest = Math.max(...everySet.map((set) => set.flatMap(({ candidates }) => candidates).length));
/** A small dataset counts for more than its candidates, or the large one would be all there is. */
const weightOf = new Map(
  everySet.flatMap((set) => {
    const weight = (largest / set.flatMap(({ candidates }) => candidates).length) ** 0.25;
    return set.map((picture) => [picture, weight] as const);
  }),
);
const foldOf = new Map(
  everySet.flatMap((set) => {
    const names = set.map(({ name }) => name).sort();
    const origin = sets.findIndex(([{ name }]) => names.includes(name));
    const stretch = ({ name }: GatheredPicture) => Math.floor((STRETCHES * names.indexOf(name)) / names.length);
    return set.map((picture) => [picture, values.by === 'dataset' ? origin : stretch(picture)] as const);
  }),
);
const folds = new Set(foldOf.values());

const all = pictures.flatMap(({ candidates }) => candidates.flatMap(repeated));
const mean = JUDGED.map(({ name }) => all.reduce((sum, { terms }) => sum + terms[name], 0) / all.length);
const deviation = JUDGED.map(({ name }, j) =>
  Math.sqrt(all.reduce((sum, { terms }) => sum + (terms[name] - mean[j]) ** 2, 0) / all.length),
);
const standards = new Map(
  pictures.flatMap(({ candidates }) => candidates.map((one) => [one, standardise(one.terms, { mean, deviation })])),
);
const standard = (one: GatheredCandidate) => standards.get(one) ?? [];

/** What several sides and floors see alike stands alone, and counts that often. */
function repeated(one: GatheredCandidate): GatheredCandidate[] {
  return Array.from({ length: one.candidate.seen }, () => one);
}

interface Written {
  base: number;
  trees: WrittenTree[];
}

function fit(chosen: GatheredPicture[]): Written {
  const bag = Array.from({ length: BAG }, (_, b) => {
    const some = chosen.filter((_, i) => (i * 7 + b) % 5 !== 0);
    const rows = some.flatMap(({ candidates }) => candidates);
    const weights = some.flatMap((picture) =>
      picture.candidates.map(({ candidate }) => candidate.seen * (weightOf.get(picture) ?? 1)),
    );
    return boost(rows.map(standard), rows.map(({ right }) => right), weights, SETTINGS); // prettier-ignore
  });
  const shared = (tree: WrittenTree): WrittenTree =>
    tree.map((node) => (typeof node === 'number' ? Number((node / BAG).toPrecision(4)) : node));
  return {
    base: bag.reduce((sum, { base }) => sum + base / BAG, 0),
    trees: bag.flatMap(({ trees }) => trees.map(shared)),
  };
}

const both = (forest: ReturnType<typeof readForest>, one: GatheredCandidate) =>
  mixed(one.linear, margin(forest, standard(one)));

const held = new Map<GatheredCandidate, number>();
for (const fold of folds) {
  const forest = readForest(fit(pictures.filter((picture) => foldOf.get(picture) !== fold)));
  for (const picture of judged)
    if (foldOf.get(picture) === fold) for (const one of picture.candidates) held.set(one, both(forest, one));
}
const marginOf = (one: GatheredCandidate) => held.get(one) ?? 0;

/** Cases are the best of many candidates, so their log-odds need a line of their own to be chances. */
const rowsOf = (slope: number, intercept: number, set: GatheredPicture[]) =>
  set.map((picture) => ({
    picture,
    cases: choose(picture, (one) => 1 / (1 + Math.exp(-slope * marginOf(one) - intercept))),
  }));
const chosen = rowsOf(1, 0, judged).flatMap(({ cases }) => cases);
const line = fitLogistic(chosen.map(({ one }) => [marginOf(one)]), chosen.map(({ one }) => one.right), 0); // prettier-ignore
const calibration = { slope: Number(line.weights[0].toFixed(3)), intercept: Number(line.intercept.toFixed(3)) };

function choose({ candidates, size }: GatheredPicture, scoreOf: (one: GatheredCandidate) => number) {
  const scored = candidates.map((one) => ({ ...one.candidate, features: [], score: scoreOf(one), one }));
  const taken = new Uint8Array(size);
  const [clear, faint] = [false, true].map((faint) => scored.filter((one) => one.faint === faint && isWorthALook(one)));
  return [...distinct(taken, clear), ...distinct(taken, faint)];
}

const judge = (score: (one: GatheredCandidate) => number) => {
  const scored = judged.flatMap(({ candidates }) =>
    candidates.flatMap(repeated).map((one) => ({ score: score(one), positive: one.right })),
  );
  return `AUROC ${auroc(scored).toFixed(4)}, average precision ${averagePrecision(scored).toFixed(4)}`;
};
console.log(`candidates ${all.length}, right ${all.filter(({ right }) => right).length}`);
console.log(`linear terms alone   ${judge(({ linear }) => linear)}`);
console.log(`with the forest, held out by ${values.by}   ${judge(marginOf)}`);

/** A picture held out with its cases, scored after one look or two. */
type HeldOut = ReturnType<typeof rowsOf>[number];

function tell(set: readonly HeldOut[]): void {
  let count = 0;
  const judged = set.map(({ picture, cases }) => {
    const offset = count;
    count += picture.errors.length;
    return cases.map(({ one, score, evidence }) => {
      const covers = one.covers.map((error) => error + offset);
      return { score, kind: kindOf(evidence, picture.diagonal), right: one.right, covers };
    });
  });
  report({
    pictures: set.map(({ picture: { wrong }, cases }) => ({ score: pictureScore(cases), wrong })),
    errors: set.flatMap(({ picture }) => picture.errors),
    cases: judged.flat(),
  });
}

const told: Told[][] = [];
for (const [d, set] of sets.entries()) {
  const once = rowsOf(calibration.slope, calibration.intercept, set);
  console.log(`\n${data[d]}, held out by ${values.by}`);
  tell(once);
  const twice = once.map((row) => ({
    ...row,
    cases: row.cases.map((one) => ({ ...one, score: one.one.seen ? scoreAgain(one.score, one.one.seen) : one.score })),
  }));
  if (again[d] !== undefined) {
    console.log('\nafter a second look');
    tell(twice);
  }
  told.push(
    twice.flatMap(({ picture, cases }, n) =>
      cases.map(({ one, score, evidence }) => {
        const { given, proposed, bbox } = evidence;
        const kind = kindOf(evidence, picture.diagonal);
        const features = [...standard(one), ...inFoldFeatures(one.seen)];
        return { sample: String(n), kind, given, proposed, bbox, score, features, right: one.right };
      }),
    ),
  );
}

if (values.cases) await writeFile(values.cases, JSON.stringify(told));
if (values.write) {
  const { base, trees } = fit(pictures);
  const rounded = (value: number) => Number(value.toPrecision(6));
  const head = { mean: mean.map(rounded), deviation: deviation.map(rounded), calibration, base: rounded(base) };
  const file = new URL('../main/engine/noise/forest.json', import.meta.url);
  const text = JSON.stringify({ ...head, trees: [] }).slice(0, -2);
  await writeFile(file, `${text}\n${trees.map((tree) => JSON.stringify(tree)).join(',\n')}\n]}\n`);
}
