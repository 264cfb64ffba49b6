import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Project } from '../project.ts';
import { isRunning } from '../running.ts';
import { makeFolder } from '../make-folder.ts';

/** Folder of the cache where reports are kept and copies come and go. */
export const plantedFolder = (project: Pick<Project, 'cache'>): string => join(project.cache, 'planted');

/** After so long nobody plants any more, whatever became of the machine that did. */
const ABANDONED = 48 * 3600e3;

const machine = hostname().replace(/[^\w.]/g, '_');
/** names of those of this process */
const mine = new Set<string>();

/** A folder below the cache for as long as `work` takes; what others left behind when they were killed goes first. */
export async function inWorkplace<T>(
  project: Pick<Project, 'cache'>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await sweep(project);
  const name = `copies-${machine}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const folder = join(plantedFolder(project), name);
  mine.add(name);
  try {
    await makeFolder(folder);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    mine.delete(name);
  }
}

/** Takes away copies whose process is gone; those of other machines once they are old. */
export async function sweep(project: Pick<Project, 'cache'>): Promise<void> {
  const names = await readdir(plantedFolder(project)).catch(() => []);
  for (const name of names) {
    if (!name.startsWith('copies-')) continue;
    const folder = join(plantedFolder(project), name);
    if (await isLeft(name, folder)) await rm(folder, { recursive: true, force: true });
  }
}

async function isLeft(name: string, folder: string): Promise<boolean> {
  const [host, pid] = name.split('-').slice(1);
  if (host === machine && Number(pid) === process.pid) return !mine.has(name);
  if (host === machine && !isRunning(Number(pid))) return true;
  const at = await stat(folder).catch(() => null);
  return at !== null && Date.now() - at.mtimeMs > ABANDONED;
}
