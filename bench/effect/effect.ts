/**
 * Does it help: one network trained on the given masks, on the true ones, on masks cleaned without a look, on those with
 * pseudo-labels added, on masks reviewed, and on what is left where regions in doubt are ignored; each measured on
 * pictures nobody trained on (docs/effect.md):
 *
 *     node bench/effect/effect.ts --data DATASET --models FILE|DIR… --truth TRUTH --tool TRAIN.PY --work FOLDER
 *
 * With --noise N instead of --models: the labels are the true ones with N errors planted in each picture, the models of
 * the scan are trained anew on these, by --folds, and every arm goes on from the first of them: nothing but the arm
 * `true` has seen a true mask.
 *
 * TRUTH holds masks/ and unlabeled/; train.py says what TRAIN.PY must define. What is in FOLDER is gone on with: a
 * finished scan, training set or training is not made again, so other settings need another folder.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { casesOf, makeSets, placeOf, stemOf } from './arms.ts';
import { trainFolds } from './folds.ts';
import { labelsOf, pseudoOf } from './labels.ts';
import { plantNoise } from './noise.ts';
import { classTable, effectTable, kindTable, labelTable, pseudoLine, sweepTable } from './report.ts';
import { halves, hasPseudo } from './split.ts';
import { trainAll } from './trainings.ts';
import { worthOf } from './worth.ts';

/** Pictures of a batch, as train.py has it. */
const BATCH = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    models: { type: 'string', multiple: true },
    truth: { type: 'string' },
    tool: { type: 'string' },
    work: { type: 'string' },
    noise: { type: 'string', default: '0' },
    folds: { type: 'string', default: '3' },
    'fold-epochs': { type: 'string', default: '24' },
    tta: { type: 'string', default: 'hflip' },
    'min-score': { type: 'string', default: '0.5' },
    'ignore-score': { type: 'string', default: '0.2' },
    threshold: { type: 'string', default: '0.9' },
    /** of every class, kept in the arm `pseudo-by-class` */
    share: { type: 'string', default: '0.4' },
    /** cases looked at in the arm `reviewed` */
    reviewed: { type: 'string', default: '500' },
    /** `wrong`: train on those pictures only whose given labels are wrong somewhere */
    pictures: { type: 'string', default: 'all' },
    arms: { type: 'string', default: 'noisy,true,cleaned,ignored,pseudo,pseudo-by-class,reviewed' },
    /** 0: only what the labels are */
    seeds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '6' },
    width: { type: 'string', default: '1' },
    crop: { type: 'string', default: '160x224' },
    /** pictures are trained on at 1 / so much of their width and height */
    shrink: { type: 'string', default: '1' },
    /** checkpoint every training goes on from (train.py); -: none */
    start: { type: 'string', default: '-' },
    /** trainings at a time, one thread each */
    lanes: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});
const { data, truth, tool, work } = values;
const errors = Number(values.noise);
if (!data || !truth || !tool || !work || !(values.models || errors))
  throw new Error(
    'Expected --data DATASET --truth TRUTH --tool TRAIN.PY --work FOLDER, and --models FILE|DIR… or --noise N.',
  );
const { epochs, width, crop, shrink, python } = values;
const steps = Math.floor((await readdir(join(truth, 'masks'))).length / BATCH);
const recipe = { tool, python, epochs, width, crop, shrink, start: values.start === '-' ? '-' : resolve(values.start) };
const setting = {
  data: resolve(data),
  truth: resolve(truth),
  work: resolve(work),
  models: [...(values.models ?? []), ...positionals].map((file) => resolve(file)),
  tta: values.tta,
  minScore: Number(values['min-score']),
  ignoreScore: Number(values['ignore-score']),
  threshold: Number(values.threshold),
  share: Number(values.share),
  reviewed: Number(values.reviewed),
};
const planted = errors ? { errors, folds: Number(values.folds), foldEpochs: values['fold-epochs'] } : {};
await keepSetting({ ...setting, epochs, width, crop, shrink, start: recipe.start, ...planted });
if (errors) await makeNoisy();

const arms = values.arms.split(',');
const { dataset: seen, project, set } = placeOf(setting.work);
await makeSets(setting, arms);
const dataset = await openDataset(seen);
const masks = join(setting.truth, 'masks');
const noisy = await labelsOf(dataset, masks, join(set('noisy'), 'masks'));
const labels = [];
for (const arm of arms) labels.push(await labelsOf(dataset, masks, join(set(arm), 'masks')));
console.log(labelTable(arms, labels));
const worth = await worthOf(dataset, project('scan'), masks, await casesOf(setting.work));
console.log(sweepTable(worth, noisy.before));
console.log(kindTable(new Map([...worth].filter(([{ score }]) => score >= setting.minScore))));
for (const arm of arms.filter(hasPseudo))
  console.log(arm, pseudoLine(await pseudoOf(dataset, join(setting.truth, 'unlabeled'), join(set(arm), 'masks'))));

if (Number(values.seeds)) {
  const trained = await trainAll({
    work: setting.work,
    into: values.pictures,
    arms,
    seeds: Number(values.seeds),
    only: values.pictures === 'wrong' ? new Set(noisy.wrongPictures) : null,
    steps,
    lanes: Number(values.lanes),
    recipe,
    measured: { pictures: join(setting.data, 'unlabeled'), truth: join(setting.truth, 'unlabeled') },
  });
  const unlabelled = (await readdir(join(setting.data, 'unlabeled'))).map(stemOf);
  const without = new Map([...trained].filter(([arm]) => !hasPseudo(arm)));
  const classes = dataset.classMap.classes.map(({ name }) => name);
  const tell = (title: string, runs: typeof trained, names: string[]) =>
    console.log(`${effectTable(title, runs, names)}\n${classTable(runs, names, classes)}`);
  if (without.size) tell('all pictures without a mask', without, unlabelled);
  tell('the half that is only measured', trained, halves(unlabelled).measured);
}

/** Heavily noisy labels, and networks that know no others. */
async function makeNoisy(): Promise<void> {
  const { noise, folds } = placeOf(setting.work);
  await plantNoise({ ...setting, out: noise, seed: 1, errors, folds: Number(values.folds) });
  setting.data = noise;
  setting.models = await trainFolds({
    data: noise,
    out: folds,
    recipe: { ...recipe, epochs: values['fold-epochs'] },
    steps,
  });
  recipe.start = setting.models[0];
}

/** Throws where the work folder was made with other settings. */
async function keepSetting(now: object): Promise<void> {
  const file = join(setting.work, 'setting.json');
  const text = JSON.stringify(now, null, 2);
  const before = existsSync(file) ? await readFile(file, 'utf8') : text;
  if (before !== text) throw new Error(`Expected the settings ${file} holds, ${before}, found ${text}.`);
  await mkdir(setting.work, { recursive: true });
  await writeFile(file, text);
}
