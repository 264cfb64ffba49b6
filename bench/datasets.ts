import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { encodeMask, readMask } from '../main/engine/images.ts';

export interface Kind {
  /** class ids 0 … classes − 1 */
  classes: number;
  /** every picture so often */
  times?: number;
  /** pictures brought to this size, each file written once */
  size?: { width: number; height: number };
  /** at most so many, before they are repeated */
  limit?: number;
  /** which pictures; both where absent */
  part?: 'labelled' | 'unlabelled';
}

/** A dataset made of the pictures of another in folder `to`: linked, or brought to another size. Folds are left out. */
export async function madeOf(from: string, to: string, kind: Kind): Promise<string> {
  const { classes, times = 1, part } = kind;
  // Written last: what two scans share is made once.
  if (existsSync(join(to, 'classes.json'))) return to;
  await mkdir(to, { recursive: true });
  if (part !== 'unlabelled') {
    for (const folder of ['images', 'masks']) await fill(join(from, folder), join(to, folder), kind, times);
  }
  if (part !== 'labelled' && existsSync(join(from, 'unlabeled')))
    await fill(join(from, 'unlabeled'), join(to, 'unlabeled'), kind, times);
  if (part === 'unlabelled') await mkdir(join(to, 'images'), { recursive: true });
  const names = Array.from({ length: classes }, (_, id) => `class ${id}`);
  await writeFile(join(to, 'classes.json'), JSON.stringify({ classes: names }));
  return to;
}

async function fill(from: string, to: string, { size, limit }: Kind, times: number): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of (await readdir(from)).sort().slice(0, limit)) {
    const stem = name.slice(0, -extname(name).length);
    const file = size ? join(to, name) : join(from, name);
    if (size) await enlarge(join(from, name), file, size);
    for (let n = size ? 1 : 0; n < times; n++) await symlink(file, join(to, `${stem}-${n}${extname(name)}`));
  }
}

async function enlarge(from: string, to: string, { width, height }: { width: number; height: number }): Promise<void> {
  if (extname(from) !== '.png') {
    await sharp(from).resize(width, height, { fit: 'fill' }).jpeg({ quality: 90 }).toFile(to);
    return;
  }
  const mask = await readMask(from);
  const data = new Uint8Array(width * height).map(
    (_, i) =>
      mask.data[
        Math.floor((Math.floor(i / width) * mask.height) / height) * mask.width +
          Math.floor(((i % width) * mask.width) / width)
      ],
  );
  await writeFile(to, await encodeMask({ ...mask, width, height, data }));
}
