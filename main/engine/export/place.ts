import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError, messageOf, OccupiedError } from '../errors.ts';
import { isRunning } from '../running.ts';
import type { Workspace } from '../workspace.ts';
import { makeFolder } from '../make-folder.ts';

/** A folder that is filled under another name beside its final place, and takes that place whole or not at all. */
export interface Place {
  /** where to write */
  folder: string;
  /** what `folder` becomes; absolute, real */
  out: string;
  /** Takes the place. What an earlier folder held is removed only after that. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/**
 * Throws InputError where `path` is a file, a folder with something in it (unless `replace`), inside the dataset or the
 * cache, or would take the dataset, the project or the home folder with it.
 */
export async function preparePlace(workspace: Workspace, path: string, replace: boolean): Promise<Place> {
  const out = await realOf(resolve(path));
  await refuseDangerous(workspace, out);
  const parent = dirname(out);
  const made = await makeFolder(parent).catch((error: unknown) => {
    throw new InputError(`Expected a folder that can be made at ${out}, found ${messageOf(error)}.`);
  });
  try {
    await clearLeftovers(out);
    await refuseFull(out, replace);
    const folder = join(parent, `${prefixOf(out)}-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
    await mkdir(folder).catch((error: unknown) => {
      throw new InputError(`Expected a folder that can be written to at ${parent}, found ${messageOf(error)}.`);
    });
    return {
      folder,
      out,
      finish: () => takePlace(folder, out, replace),
      async discard() {
        await rm(folder, { recursive: true, force: true });
        await removeMade(made, parent);
      },
    };
  } catch (error) {
    await removeMade(made, parent);
    throw error;
  }
}

async function takePlace(folder: string, out: string, replace: boolean): Promise<void> {
  const content = await contentOf(out);
  const old = folder.replace(/\.tmp$/, '-old.tmp');
  const swap = replace && content !== null && content.length > 0;
  if (swap) await rename(out, old);
  else if (content) await rmdir(out);
  try {
    await rename(folder, out);
  } catch (error) {
    if (swap) await rename(old, out);
    throw error;
  }
  if (swap) await rm(old, { recursive: true, force: true });
}

async function refuseDangerous({ dataset, project }: Workspace, out: string): Promise<void> {
  const [folder, place, cache] = await Promise.all([dataset.folder, project.folder, project.cache].map(realOf));
  const protectedFolders = { 'the dataset': folder, 'the project folder': place, 'the home folder': homedir() };
  for (const [name, path] of Object.entries(protectedFolders))
    if (isInside(path, out))
      throw new InputError(`Expected an export folder apart from ${name} ${path}, found ${out}.`);
  if (isInside(out, folder))
    throw new InputError(`Expected an export folder outside the dataset ${folder}, found ${out}.`);
  if (isInside(out, cache)) throw new InputError(`Expected an export folder outside the cache ${cache}, found ${out}.`);
}

async function refuseFull(out: string, replace: boolean): Promise<void> {
  const content = await contentOf(out);
  if (content?.length && !replace)
    throw new OccupiedError(
      `Expected an empty or new folder at ${out}, found ${content.length} entries: replace it or choose another.`,
    );
}

/** Names in a folder; null: there is no folder. Throws InputError on a file. */
async function contentOf(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    const found = code === 'ENOTDIR' ? 'a file' : messageOf(error);
    throw new InputError(`Expected a folder or nothing at ${folder}, found ${found}.`);
  }
}

/**
 * What a killed export left beside its place: half a folder goes; a replaced one whose successor never came goes back.
 * Folders of other machines, or of processes that still run, stay.
 */
async function clearLeftovers(out: string): Promise<void> {
  const parent = dirname(out);
  const start = `${prefixOf(out)}-`;
  for (const name of await readdir(parent)) {
    const [, pid, old] =
      (name.startsWith(start) && /^(\d+)-[0-9a-f]{8}(-old)?\.tmp$/.exec(name.slice(start.length))) || [];
    if (!pid || isRunning(Number(pid))) continue;
    const leftover = join(parent, name);
    if (old && (await contentOf(out)) === null) await rename(leftover, out);
    else await rm(leftover, { recursive: true, force: true });
  }
}

const prefixOf = (out: string) =>
  `.${basename(out)}-${createHash('sha256').update(hostname()).digest('hex').slice(0, 6)}`;

/** Takes away the folders that were made on the way to `parent`, as far as they are still empty. */
async function removeMade(made: string | undefined, parent: string): Promise<void> {
  if (!made) return;
  for (let folder = parent; isInside(folder, made); folder = dirname(folder)) {
    const isGone = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

/** Equal counts as inside. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The real path, also of what does not exist yet. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realOf(parent), basename(path));
  }
}
