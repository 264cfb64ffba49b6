import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Verdict } from '../../common/case.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { decide } from '../../main/engine/decide.ts';
import { closeWorkspace, openWorkspace } from '../../main/engine/workspace.ts';
import { winnow } from './command.ts';
import { halves } from './split.ts';
import { worthOf, type ListedCase } from './worth.ts';

export interface Setting {
  /** folder of images/, masks/, unlabeled/, classes.json and, if it has them, folds.json */
  data: string;
  models: string[];
  /** folder of masks/ and unlabeled/: the true masks of both */
  truth: string;
  work: string;
  tta: string;
  minScore: number;
  /** cases from here up become ignore in the arm `ignored` */
  ignoreScore: number;
  /** of pseudo-labels */
  threshold: number;
  /** cases a reviewer goes through, worst first */
  reviewed: number;
}

/** Where things lie in the work folder. */
export const placeOf = (work: string) => ({
  dataset: join(work, 'dataset'),
  project: (name: string) => join(work, 'projects', name),
  set: (name: string) => join(work, 'sets', name),
});

/** A training set that exists is not made again: each appears whole or not at all. */
export async function makeSets(setting: Setting): Promise<void> {
  await withoutMeasured(setting);
  await scanOnce(setting);
  await inBulk(setting);
  await reviewed(setting);
  await ignored(setting);
  await trueLabels(setting);
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

async function scanOnce({ models, work, tta }: Setting): Promise<void> {
  const { dataset, project } = placeOf(work);
  await winnow('scan', dataset, '--project', project('scan'), '--tta', tta, '--models', ...models);
}

/** The way of one who looks at nothing: as given; every case from a score up; pseudo-labels beside. */
async function inBulk({ work, minScore, threshold }: Setting): Promise<void> {
  const { dataset, project, set } = placeOf(work);
  if (existsSync(set('pseudo'))) return;
  const bulk = await projectFor(work, 'bulk');
  const arm = async (name: string, accept: string[]) => {
    // What was accepted for one arm is part of the next, whether or not its set is there already.
    if (accept.length) await winnow('accept', dataset, '--project', bulk, ...accept);
    if (existsSync(set(name))) return;
    await winnow('export', dataset, '--project', bulk, '--copy', '--out', set(name));
  };
  await arm('noisy', []);
  await arm('cleaned', ['--cases', '--min-score', String(minScore)]);
  await arm('pseudo', ['--pseudo', '--threshold', String(threshold)]);
  await rm(project('bulk'), { recursive: true });
}

/** The way of one who looks at the first cases and is never wrong: takes those that are mostly wrongly labelled. */
async function reviewed(setting: Setting): Promise<void> {
  const { dataset, project } = placeOf(setting.work);
  await decided(setting, 'reviewed', 'accept', async () => {
    const cases = await casesOf(setting.work, setting.reviewed);
    const masks = join(setting.truth, 'masks');
    const worth = await worthOf(await openDataset(dataset), project('scan'), masks, cases);
    return cases.filter((one) => worth.get(one)?.right);
  });
}

/** Nothing painted and nobody asked: what is in doubt is not learned from. */
async function ignored(setting: Setting): Promise<void> {
  await decided(setting, 'ignored', 'ignore', async () =>
    (await casesOf(setting.work)).filter(({ score }) => score >= setting.ignoreScore),
  );
}

/** One verdict on some cases, exported. */
async function decided({ work }: Setting, name: string, verdict: Verdict, choose: () => Promise<ListedCase[]>) {
  const { dataset, set } = placeOf(work);
  if (existsSync(set(name))) return;
  const project = await projectFor(work, name);
  const ids = (await choose()).map(({ id }) => id);
  const workspace = await openWorkspace(dataset, project);
  try {
    await decide(workspace, 'bench', verdict, ids);
  } finally {
    await closeWorkspace(workspace);
  }
  await winnow('export', dataset, '--project', project, '--copy', '--out', set(name));
  await rm(project, { recursive: true });
}

/** The worst cases of the scan, or all, nothing decided. */
export function casesOf(work: string, count?: number): Promise<ListedCase[]> {
  const { dataset, project } = placeOf(work);
  const top = count === undefined ? [] : ['--top', String(count)];
  return winnow<ListedCase[]>('cases', dataset, '--project', project('scan'), '--masks', ...top);
}

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

/** A copy of the scanned project without a decision, to decide in. */
export async function projectFor(work: string, name: string): Promise<string> {
  const { project } = placeOf(work);
  await rm(project(name), { recursive: true, force: true });
  await cp(project('scan'), project(name), { recursive: true });
  return project(name);
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
