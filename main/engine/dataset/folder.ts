import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Finding } from '../../../common/dataset.ts';
import { InputError, messageOf } from '../errors.ts';

/** Where the parts of a dataset lie: names of folders directly inside it; null where it has no such folder. */
export interface Layout {
  images: string | null;
  masks: string | null;
  unlabeled: string | null;
}

const NAMES: Record<keyof Layout, string[]> = {
  images: ['images', 'image', 'imgs', 'img'],
  masks: ['masks', 'mask', 'labels', 'label', 'annotations'],
  unlabeled: ['unlabeled', 'unlabelled'],
};

export const PICTURES = ['.jpg', '.jpeg', '.jpe', '.png', '.webp', '.tif', '.tiff', '.bmp'];
export const MASKS = ['.png'];

/** Throws InputError where the folder holds no pictures folder. */
export async function findLayout(folder: string): Promise<Layout> {
  const { folders, files } = await list(folder);
  const find = (part: keyof Layout) =>
    NAMES[part].flatMap((name) => folders.filter((one) => one.toLowerCase() === name)).at(0) ?? null;
  const layout = { images: find('images'), masks: find('masks'), unlabeled: find('unlabeled') };
  if (layout.images ?? layout.unlabeled) return layout;
  throw new InputError(
    `Expected a folder images/, with masks/ and unlabeled/ beside it, in ${folder}, found ${describe(folders, files)}.`,
  );
}

/** Whether findLayout would find pictures; never throws. */
export async function isDataset(folder: string): Promise<boolean> {
  return findLayout(folder).then(
    () => true,
    () => false,
  );
}

/** Files below a folder. */
export interface Listing {
  /** those with one of the extensions, relative with / */
  found: string[];
  /** folders that could not be read, and what else lies there */
  findings: Finding[];
}

/**
 * Looks into subfolders and follows links, each real folder once. Names that start with a dot, and what Windows leaves
 * behind, are not looked at.
 */
export async function listFiles(root: string, start: string, extensions: string[]): Promise<Listing> {
  const listing: Listing = { found: [], findings: [] };
  const others = new Map<string, number>();
  const visited = new Set<string>();
  const visit = async (relative: string): Promise<void> => {
    const real = await realpath(join(root, relative));
    if (visited.has(real)) return;
    visited.add(real);
    const { folders, files } = await list(real);
    for (const name of files) {
      const extension = extname(name).toLowerCase();
      if (extensions.includes(extension)) listing.found.push(`${relative}/${name}`);
      else others.set(extension, (others.get(extension) ?? 0) + 1);
    }
    for (const name of folders) {
      await visit(`${relative}/${name}`).catch((error: unknown) =>
        listing.findings.push({ file: `${relative}/${name}`, problem: messageOf(error) }),
      );
    }
  };
  await visit(start);
  for (const [extension, count] of others)
    listing.findings.push({ file: start, problem: unused(extension, count, extensions) });
  return listing;
}

function unused(extension: string, count: number, expected: string[]): string {
  const found = count === 1 ? `1 file` : `${count} files`;
  return `Expected only ${expected.join(', ')}, found ${found} ${extension ? `of type ${extension}` : 'without extension'}, left out.`;
}

async function list(folder: string): Promise<{ folders: string[]; files: string[] }> {
  const folders: string[] = [];
  const files: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(entry.name)) continue;
    const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => null) : entry;
    if (target?.isDirectory()) folders.push(entry.name);
    // A link to nowhere stays in the list, so that it is found missing.
    else if (target?.isFile() || !target) files.push(entry.name);
  }
  return { folders: folders.sort(), files: files.sort() };
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const found =
      code === 'ENOENT' ? 'nothing' : code === 'ENOTDIR' ? 'a file' : code === 'EACCES' ? 'no permission' : code;
    throw new InputError(`Expected a folder at ${folder}, found ${found}.`);
  }
}

function describe(folders: string[], files: string[]): string {
  const shown = folders.slice(0, 5).map((name) => `${name}/`);
  if (folders.length > 5) shown.push(`${folders.length - 5} more folders`);
  if (files.length) shown.push(files.length === 1 ? files[0] : `${files.length} files`);
  return shown.length ? shown.join(', ') : 'an empty folder';
}
