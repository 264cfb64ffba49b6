/**
 * Does it help: one network trained on the given masks, on the true ones, on masks cleaned without a look, on those with
 * pseudo-labels added, on masks reviewed, and on what is left where regions in doubt are ignored; each measured on
 * pictures nobody trained on (docs/effect.md):
 *
 *     node bench/effect/effect.ts --data DATASET --models FILE|DIR… --truth TRUTH --tool TRAIN.PY --work FOLDER
 *
 * With --anew instead of --models the networks of the scan are trained on the given masks. With --noise N or --habit P they
 * are too, and the labels are the true ones made wrong: N errors without a system in each picture, or a habit of the
 * annotators of a share P of the pictures. Then nothing but the arm `true` has seen a true mask.
 *
 * TRUTH holds masks/ and unlabeled/; train.py says what TRAIN.PY must define. What is in FOLDER is gone on with: a
 * finished scan, training set or training is not made again, so other settings need another folder.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { casesOf, makeSets, placeOf, stemOf } from './arms.ts';
import { trainFolds } from './folds.ts';
import { touchedBy } from './habit.ts';
import { labelsOf, pseudoOf } from './labels.ts';
import { makeNoise } from './noise.ts';
import { readOptions } from './options.ts';
import { classTable, effectTable } from './report.ts';
import { rankedOf, walk } from './review.ts';
import { shrink } from './shrunk.ts';
import { halves, hasPseudo } from './split.ts';
import {
  absentTable,
  courseTable,
  kindTable,
  labelTable,
  pairTable,
  pseudoLine,
  queueTable,
  sweepTable,
  wrongTable,
} from './tables.ts';
import { trainAll } from './trainings.ts';
import { worthOf } from './worth.ts';

/** Pictures of a batch, as train.py has it. */
const BATCH = 8;

const { setting, recipe, noise, foldEpochs, shrink: by, arms, seeds, lanes, pictures } = readOptions();
const place = placeOf(setting.work);
const steps = Math.floor((await readdir(join(setting.truth, 'masks'))).length / BATCH);
await keepSetting({
  ...setting,
  ...recipe,
  tool: null,
  python: null,
  ...noise,
  foldEpochs: foldEpochs ?? undefined,
  by,
});
if (by > 1) Object.assign(setting, await shrink(setting, by, place.small));
// What is measured; `data` may become a copy with other masks.
const measured = { pictures: join(setting.data, 'unlabeled'), truth: join(setting.truth, 'unlabeled') };
if (noise) {
  await makeNoise({ ...setting, ...noise, out: place.noise });
  setting.data = place.noise;
}
if (foldEpochs) await trainModels(foldEpochs);

await makeSets(setting, arms);
const dataset = await openDataset(place.dataset);
const classes = dataset.classMap.classes.map(({ name }) => name);
const masks = join(setting.truth, 'masks');
const noisy = await labelsOf(dataset, masks, join(place.set('noisy'), 'masks'));
const labels = [];
for (const arm of arms) labels.push(await labelsOf(dataset, masks, join(place.set(arm), 'masks')));
console.log(labelTable(arms, labels));
console.log(wrongTable(arms, labels, classes));
const worth = await worthOf(dataset, place.project('scan'), masks, await casesOf(setting.work));
console.log(queueTable(worth));
console.log(pairTable(worth, classes));
console.log(absentTable(worth));
if (arms.includes('reviewed')) {
  const ranked = rankedOf([...worth.keys()]);
  const right = ranked.map((one) => Boolean(worth.get(one)?.right));
  const taught = walk(ranked, right, setting.reviewed).map(({ error }) => error);
  console.log(courseTable({ 'as scanned': right, 'as verdicts teach': taught }));
}
console.log(sweepTable(worth, noisy.before));
console.log(kindTable(new Map([...worth].filter(([{ score }]) => score >= setting.minScore))));
for (const arm of arms.filter(hasPseudo))
  console.log(arm, pseudoLine(await pseudoOf(dataset, measured.truth, join(place.set(arm), 'masks'))));

if (seeds) {
  const only = pictures === 'wrong' ? new Set(noisy.wrongPictures) : null;
  const trained = await trainAll({
    work: setting.work,
    into: pictures,
    arms,
    seeds,
    only,
    steps,
    lanes,
    recipe,
    measured,
  });
  const unlabelled = (await readdir(measured.pictures)).map(stemOf);
  const without = new Map([...trained].filter(([arm]) => !hasPseudo(arm)));
  // Classes a habit touches: those told apart wrongly, and those they are taken for.
  const touched = noise && 'habit' in noise.what ? touchedBy(noise.what.habit) : [];
  const tell = (title: string, runs: typeof trained, names: string[]) => {
    console.log(effectTable(title, runs, names));
    if (touched.length) console.log(effectTable(`${title}: ${touched.join(', ')}`, runs, names, touched.map((name) => classes.indexOf(name)))); // prettier-ignore
    console.log(classTable(runs, names, classes));
  };
  if (without.size) tell('all pictures without a mask', without, unlabelled);
  if (without.size < trained.size) tell('the half that is only measured', trained, halves(unlabelled).measured);
}

/** Networks that know no labels but the given ones. */
async function trainModels(epochs: string): Promise<void> {
  const { data } = setting;
  setting.models = await trainFolds({ data, out: place.folds, recipe: { ...recipe, epochs }, steps, lanes });
  if (recipe.start === 'first') recipe.start = setting.models[0];
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
