import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Noise } from './noise.ts';

const OPTIONS = {
  data: { type: 'string' },
  models: { type: 'string', multiple: true },
  truth: { type: 'string' },
  tool: { type: 'string' },
  work: { type: 'string' },
  /** the networks of the scan are trained anew on the given masks, one a fold */
  anew: { type: 'boolean', default: false },
  /** errors without a system planted in each picture */
  noise: { type: 'string', default: '0' },
  /** share of the pictures whose annotators have a habit: classes never labelled, and classes taken for others */
  habit: { type: 'string', default: '0' },
  forgets: { type: 'string', default: 'pole,sign,pedestrian,bicyclist' },
  mistakes: { type: 'string', default: 'sidewalk:road' },
  /** which errors, or which annotators */
  'noise-seed': { type: 'string', default: '1' },
  /** with --noise and --habit: folds of the data are put together until so many are left */
  folds: { type: 'string', default: '3' },
  'fold-epochs': { type: 'string', default: '24' },
  /** everything is done with pictures of 1 / so much of their width and height */
  shrink: { type: 'string', default: '1' },
  tta: { type: 'string', default: 'hflip' },
  'in-fold': { type: 'string', default: '0' },
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
  /** checkpoint every training goes on from (train.py); first: the first fold's network; -: none, trained anew */
  start: { type: 'string', default: '-' },
  /** trainings at a time, one thread each */
  lanes: { type: 'string', default: '1' },
  python: { type: 'string', default: 'python3' },
} as const;

const NEEDED =
  '--data DATASET --truth TRUTH --tool TRAIN.PY --work FOLDER, and --models FILE|DIR…, --anew, --noise N or --habit P';

/** What the command line asks for, numbers as numbers and files with their whole paths. Throws Error where something is missing. */
export function readOptions(args?: string[]) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const { data, truth, tool, work, models, start } = values;
  const what = noiseOf(values);
  if (!data || !truth || !tool || !work || !(models || what || values.anew)) throw new Error(`Expected ${NEEDED}.`);
  return {
    setting: {
      data: resolve(data),
      truth: resolve(truth),
      work: resolve(work),
      models: [...(models ?? []), ...positionals].map((file) => resolve(file)),
      tta: values.tta,
      inFold: values['in-fold'],
      minScore: Number(values['min-score']),
      ignoreScore: Number(values['ignore-score']),
      threshold: Number(values.threshold),
      share: Number(values.share),
      reviewed: Number(values.reviewed),
    },
    recipe: {
      tool,
      python: values.python,
      epochs: values.epochs,
      width: values.width,
      crop: values.crop,
      start: ['-', 'first'].includes(start) ? start : resolve(start),
    },
    noise: what && { what, seed: Number(values['noise-seed']), folds: Number(values.folds) },
    /** null: no network of the scan is trained */
    foldEpochs: what || values.anew ? values['fold-epochs'] : null,
    shrink: Number(values.shrink),
    arms: values.arms.split(','),
    seeds: Number(values.seeds),
    lanes: Number(values.lanes),
    pictures: values.pictures,
  };
}

function noiseOf(values: { noise: string; habit: string; forgets: string; mistakes: string }): Noise['what'] | null {
  const [errors, share] = [Number(values.noise), Number(values.habit)];
  if (errors && share) throw new Error('Expected either --noise N or --habit P, found both.');
  if (errors) return { errors };
  const pairs = values.mistakes.split(',').filter(Boolean);
  const mistakes = Object.fromEntries(pairs.map((pair) => pair.split(':') as [string, string]));
  return share ? { habit: { share, forgets: values.forgets.split(',').filter(Boolean), mistakes } } : null;
}
