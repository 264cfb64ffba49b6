import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NAMED_TTA, WindowSettings } from '../common/ensemble.ts';
import { openableDemo } from '../main/engine/demo.ts';
import { retrained } from './classes.ts';
import { madeOf } from './datasets.ts';

/** One scan to be measured. */
export interface Job {
  name: string;
  data: string;
  models: string[];
  tta?: keyof typeof NAMED_TTA;
  window?: WindowSettings;
  processes?: number;
  /** pictures; absent: all */
  limit?: number;
}

const shared = resolve(import.meta.dirname, '..', '..', 'shared');
const camvid = join(shared, 'datasets', 'camvid-noisy');
const fold = (n: number) => join(shared, 'models', 'camvid', `fold${n}.onnx`);
const folds = [0, 1, 2, 3, 4].map(fold);
const lraspp = join(shared, 'models', 'bench', 'lraspp.onnx');

/** The day's work: a dataset that lies beside the project, with folds; else the demo. */
export async function usualJobs(temp: string, limit?: number): Promise<Job[]> {
  if (!existsSync(camvid)) {
    const demo = await openableDemo(temp);
    return [{ name: 'demo', data: demo.folder, models: demo.models, limit }];
  }
  const twelve = await madeOf(camvid, join(temp, 'twelve'), { classes: 12 });
  return [
    { name: 'fold models', data: camvid, models: folds, limit },
    { name: 'LR-ASPP', data: twelve, models: [lraspp], limit },
  ];
}

/** Every way to run a network, each long enough that starting does not count. */
export async function everyJob(temp: string): Promise<Job[]> {
  if (!existsSync(camvid)) throw new Error(`Expected a dataset at ${camvid}, found none.`);
  const place = (name: string) => join(temp, name);
  const labelled = (classes: number, times = 1, limit?: number) =>
    madeOf(camvid, place(`${classes}-${times}-${limit}`), { classes, times, limit, part: 'labelled' });
  const pool = await madeOf(camvid, place('pool'), { classes: 11, part: 'unlabelled' });
  const large = { width: 1920, height: 1080 };
  const large11 = await madeOf(camvid, place('large-11'), { classes: 11, size: large, limit: 24, part: 'labelled' });
  const large12 = await madeOf(camvid, place('large-12'), { classes: 12, size: large, limit: 24, part: 'labelled' });
  const many = await retrained(fold(0), 150, place('150-classes.onnx'));
  const window: WindowSettings = { size: 512, overlap: 0.5, blend: 'gaussian', keep: 1 };
  const small = (name: string, tta: Job['tta'], data: string, rest: Partial<Job> = {}): Job => {
    return { name, tta, data, models: [fold(0)], ...rest };
  };
  const big = (name: string, tta: Job['tta'], data: string, rest: Partial<Job> = {}): Job => {
    return { name, tta, data, models: [lraspp], ...rest };
  };
  return [
    small('fold model, plain', 'none', await labelled(11, 2)),
    small('fold model, flip', 'hflip', await labelled(11)),
    small('fold model, flip, one process', 'hflip', await labelled(11), { processes: 1 }),
    small('fold model, d4', 'd4', await labelled(11, 1, 150)),
    small('five members, flip', 'hflip', pool, { models: folds, limit: 120 }),
    small('fold model, window 512 at 1920×1080', 'none', large11, { window }),
    small('150 classes, flip', 'hflip', await labelled(150, 1, 150), { models: [many] }),
    big('LR-ASPP, plain', 'none', await labelled(12)),
    big('LR-ASPP, flip', 'hflip', await labelled(12)),
    big('LR-ASPP, flip, one process', 'hflip', await labelled(12, 1, 200), { processes: 1 }),
    big('LR-ASPP, d4', 'd4', await labelled(12, 1, 100)),
    big('LR-ASPP, window 512 at 1920×1080', 'none', large12, { window }),
  ];
}
