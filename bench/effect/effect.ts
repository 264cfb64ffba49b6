/**
 * Does it help: one network trained on the given masks, on masks cleaned without a look, with pseudo-labels added, on
 * masks reviewed, and on the true ones, each measured on pictures nobody trained on:
 *
 *     node bench/effect/effect.ts --data DATASET --models FILE|DIR… --truth TRUTH --tool TRAIN.PY --work FOLDER
 *
 * TRAIN.PY: train.py says what it must define. TRUTH holds masks/ and unlabeled/. What is in FOLDER is gone on with: a
 * finished scan, training set or training is not made again, so other settings need another folder.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { inParallel } from '../../main/engine/long.ts';
import { casesOf, makeSets, namesOf, placeOf, stemOf, writeNames } from './arms.ts';
import { run } from './command.ts';
import { labelsOf } from './labels.ts';
import { readRun, type Run } from './measured.ts';
import { caseTable, effectTable, labelTable } from './report.ts';
import { halves } from './split.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    models: { type: 'string', multiple: true },
    truth: { type: 'string' },
    tool: { type: 'string' },
    work: { type: 'string' },
    tta: { type: 'string', default: 'hflip' },
    'min-score': { type: 'string', default: '0.5' },
    threshold: { type: 'string', default: '0.9' },
    reviewed: { type: 'string', default: '500' },
    /** `wrong`: train on those pictures only whose given labels are wrong somewhere */
    pictures: { type: 'string', default: 'all' },
    arms: { type: 'string', default: 'noisy,true,cleaned,pseudo,reviewed' },
    seeds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '20' },
    width: { type: 'string', default: '0.5' },
    crop: { type: 'string', default: '160x224' },
    lanes: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});
const { data, truth, tool, work } = values;
if (!data || !truth || !tool || !work || !values.models)
  throw new Error('Expected --data DATASET --models FILE|DIR… --truth TRUTH --tool TRAIN.PY --work FOLDER.');
const setting = {
  data: resolve(data),
  truth: resolve(truth),
  work: resolve(work),
  models: [...values.models, ...positionals].map((file) => resolve(file)),
  tta: values.tta,
  minScore: Number(values['min-score']),
  threshold: Number(values.threshold),
  reviewed: Number(values.reviewed),
};
const { dataset: seen, set } = placeOf(setting.work);
const arms = values.arms.split(',');
const recipe = { epochs: values.epochs, width: values.width, crop: values.crop };

await keepSetting();
await makeSets(setting);
const dataset = await openDataset(seen);
const masks = join(setting.truth, 'masks');
const labels = await Promise.all(arms.map((arm) => labelsOf(dataset, masks, join(set(arm), 'masks'))));
console.log(labelTable(arms, labels));
console.log(await caseTable(dataset, masks, join(set('cleaned'), 'masks'), await accepted()));

const runs = join(setting.work, values.pictures, 'runs');
await mkdir(runs, { recursive: true });
const only = values.pictures === 'wrong' ? new Set(labels[0].wrongPictures) : null;
const unlabelled = (await readdir(join(setting.data, 'unlabeled'))).map(stemOf);
const trainings = Array.from({ length: Number(values.seeds) }, (_, seed) => arms.map((arm) => ({ arm, seed }))).flat();
const steps = Math.floor(dataset.samples.filter(({ mask }) => mask).length / 8);
await inParallel(trainings, Number(values.lanes), train);
const done = (arm: string): Run[] => trainings.filter((one) => one.arm === arm).map((one) => readRun(fileOf(one)));
const trained = new Map(arms.map((arm) => [arm, done(arm)]));
console.log(effectTable('all pictures without a mask', trained, unlabelled, ['pseudo']));
console.log(effectTable('the half that is only measured', trained, halves(unlabelled).measured, []));

function fileOf({ arm, seed }: { arm: string; seed: number }): string {
  return join(runs, `${arm}-${seed}.json`);
}

async function train(one: { arm: string; seed: number }): Promise<void> {
  const file = fileOf(one);
  if (existsSync(file)) return;
  const names = file.replace('.json', '.txt');
  await writeNames(names, await namesOf(setting.work, one.arm, only));
  const { epochs, width, crop } = recipe;
  const pictures = [join(setting.data, 'unlabeled'), join(setting.truth, 'unlabeled')];
  const args = [tool, set(one.arm), names, one.seed, epochs, width, steps, ...pictures, file].map(String);
  console.error('training', one.arm, 'seed', one.seed);
  await run(values.python, [join(import.meta.dirname, 'train.py'), ...args], {
    log: file.replace('.json', '.log'),
    env: { CROP: crop, THREADS: '1' },
  });
}

/** The cases the cleaned arm took. */
async function accepted() {
  const cases = await casesOf(setting.work, 1e6);
  return cases.filter(({ score }) => score >= setting.minScore);
}

/** Throws where the work folder was made with other settings. */
async function keepSetting(): Promise<void> {
  const file = join(setting.work, 'setting.json');
  const text = JSON.stringify({ ...setting, ...recipe }, null, 2);
  const before = existsSync(file) ? await readFile(file, 'utf8') : text;
  if (before !== text) throw new Error(`Expected the settings of ${file}, found others: ${text}`);
  await mkdir(setting.work, { recursive: true });
  await writeFile(file, text);
}
