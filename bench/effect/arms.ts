import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { winnow } from './command.ts';
import { review } from './review.ts';
import { halves } from './split.ts';
import type { ListedCase } from './worth.ts';

export interface Setting {
  /** folder of images/, masks/, unlabeled/, classes.json and, if it has them, folds.json */
  data: string;
  models: string[];
  /** folder of masks/ and unlabeled/: the true masks of both */
  truth: string;
  work: string;
  tta: string;
  /** members that look at cases a second time; docs/effect.md is of none */
  inFold: string;
  minScore: number;
  /** cases from here up become ignore in the arm `ignored` */
  ignoreScore: number;
  /** of pseudo-labels: one for all classes; or the share of every class that is kept */
  threshold: number;
  share: number;
  /** cases a reviewer goes through, in the order that the verdicts teach */
  reviewed: number;
}

/** Where things lie in the work folder. */
export const placeOf = (work: string) => ({
  small: join(work, 'small'),
  noise: join(work, 'noise'),
  folds: join(work, 'folds'),
  dataset: join(work, 'dataset'),
  project: (name: string) => join(work, 'projects', name),
  set: (name: string) => join(work, 'sets', name),
});

/**
 * The sets of these arms; that of `noisy` always, as the others are measured against it. A training set that exists is not
 * made again: each appears whole or not at all.
 */
export async function makeSets(setting: Setting, arms: readonly string[]): Promise<void> {
  const { work, truth, reviewed } = setting;
  await withoutMeasured(setting);
  await scanOnce(setting);
  for (const [name, accepts] of Object.entries(inBulk(setting)))
    if (name === 'noisy' || arms.includes(name))
      await decided(work, name, async (dataset, project) => {
        for (const accept of accepts) await winnow('accept', dataset, '--project', project, ...accept);
      });
  if (arms.includes('reviewed'))
    await decided(work, 'reviewed', async (dataset, project) =>
      review({ dataset, project, truth }, await casesOf(work), reviewed),
    );
  if (arms.includes('true')) await trueLabels(setting);
}

/** The dataset as Winnow sees it: of the pictures without a mask only those that are not measured. */
async function withoutMeasured({ data, work }: Setting): Promise<void> {
  const { dataset } = placeOf(work);
  if (existsSync(join(dataset, 'classes.json'))) return;
  await rm(dataset, { recursive: true, force: true });
  const unlabelled = await readdir(join(data, 'unlabeled'));
  const learned = new Set(halves(unlabelled.map(stemOf)).learned);
  for (const folder of ['images', 'masks', 'unlabeled']) {
    await mkdir(join(dataset, folder), { recursive: true });
    for (const file of await readdir(join(data, folder)))
      if (folder !== 'unlabeled' || learned.has(stemOf(file)))
        await symlink(join(data, folder, file), join(dataset, folder, file));
  }
  if (existsSync(join(data, 'folds.json'))) await copyFile(join(data, 'folds.json'), join(dataset, 'folds.json'));
  // Written last: what is there is whole.
  await copyFile(join(data, 'classes.json'), join(dataset, 'classes.json'));
}

async function scanOnce({ models, work, tta, inFold }: Setting): Promise<void> {
  const { dataset, project } = placeOf(work);
  const how = ['--tta', tta, '--in-fold', inFold];
  await winnow('scan', dataset, '--project', project('scan'), ...how, '--models', ...models);
}

/** The way of one who looks at nothing: what is accepted at once, one call of `accept` each. */
const inBulk = ({ minScore, ignoreScore, threshold, share }: Setting): Record<string, string[][]> => {
  const cleaned = ['--cases', '--min-score', String(minScore)];
  return {
    noisy: [],
    cleaned: [cleaned],
    ignored: [['--cases', '--min-score', String(ignoreScore), '--ignore']],
    pseudo: [cleaned, ['--pseudo', '--threshold', String(threshold)]],
    'pseudo-by-class': [cleaned, ['--pseudo', '--share', String(share)]],
  };
};

/** A copy of the scanned project with something decided, exported. */
async function decided(work: string, name: string, decideIn: (dataset: string, project: string) => Promise<void>) {
  const { dataset, project, set } = placeOf(work);
  if (existsSync(set(name))) return;
  await rm(project(name), { recursive: true, force: true });
  await cp(project('scan'), project(name), { recursive: true });
  await decideIn(dataset, project(name));
  await winnow('export', dataset, '--project', project(name), '--copy', '--out', set(name));
  await rm(project(name), { recursive: true });
}

/** The cases of the scan, nothing decided. */
export const casesOf = (work: string): Promise<ListedCase[]> =>
  winnow('cases', placeOf(work).dataset, '--project', placeOf(work).project('scan'), '--masks');

async function trueLabels({ truth, work }: Setting): Promise<void> {
  const { set } = placeOf(work);
  const folder = set('true');
  if (existsSync(join(folder, 'train.txt'))) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await symlink(join(set('noisy'), 'images'), join(folder, 'images'));
  await symlink(join(truth, 'masks'), join(folder, 'masks'));
  await copyFile(join(set('noisy'), 'classes.json'), join(folder, 'classes.json'));
  await copyFile(join(set('noisy'), 'train.txt'), join(folder, 'train.txt'));
}

/** Names a set is trained on: all of it, or what of it is in `only`, with what was pseudo-labelled. */
export async function namesOf(work: string, arm: string, only: ReadonlySet<string> | null): Promise<string[]> {
  const { set } = placeOf(work);
  const list = async (name: string) =>
    (await readFile(join(set(name), 'train.txt'), 'utf8')).split('\n').filter(Boolean);
  const given = new Set(await list('noisy'));
  return (await list(arm)).filter((name) => !only || only.has(name) || !given.has(name)).sort();
}

export async function writeNames(file: string, names: readonly string[]): Promise<void> {
  await writeFile(file, `${names.join('\n')}\n`);
}

export const stemOf = (file: string) => basename(file, extname(file));
