import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodeMask,
  encodePicture,
  readMask,
  readPicture,
  readSmall,
  type MaskFile,
} from '../../main/engine/images.ts';
import { stemOf } from './arms.ts';

/** Where the pictures and the true masks are. */
export interface Source {
  /** folder of images/, masks/, unlabeled/, classes.json, folds.json */
  data: string;
  /** folder of masks/ and unlabeled/ */
  truth: string;
}

/** Both at 1 / `by` of width and height, in `out`: trainings and scans of them take 1 / by² of the time. One that is there stays. */
export async function shrink({ data, truth }: Source, by: number, out: string): Promise<Source> {
  const made = { data: join(out, 'data'), truth: join(out, 'truth') };
  if (existsSync(join(made.data, 'classes.json'))) return made;
  await rm(out, { recursive: true, force: true });
  for (const folder of ['images', 'unlabeled'])
    await eachFile(join(data, folder), join(made.data, folder), async (from, to) =>
      writeFile(`${to}.jpg`, await smallPicture(from, by)),
    );
  const masks = [[data, made.data, 'masks'], [truth, made.truth, 'masks'], [truth, made.truth, 'unlabeled']]; // prettier-ignore
  for (const [from, to, folder] of masks)
    await eachFile(join(from, folder), join(to, folder), async (file, name) =>
      writeFile(`${name}.png`, await encodeMask(thinned(await readMask(file), by))),
    );
  await copyFile(join(data, 'folds.json'), join(made.data, 'folds.json'));
  // Written last: what is there is whole.
  await copyFile(join(data, 'classes.json'), join(made.data, 'classes.json'));
  return made;
}

async function eachFile(from: string, to: string, make: (file: string, stem: string) => Promise<void>) {
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from)) await make(join(from, file), join(to, stemOf(file)));
}

async function smallPicture(file: string, by: number): Promise<Uint8Array> {
  const { width, height } = await readPicture(file);
  return encodePicture(await readSmall(file, Math.floor(Math.max(width, height) / by)));
}

/** Every `by`th pixel of every `by`th row, from the middle of the first block. */
export function thinned(mask: MaskFile, by: number): MaskFile {
  const [width, height] = [Math.floor(mask.width / by), Math.floor(mask.height / by)];
  const middle = Math.floor(by / 2);
  const data = mask.data.slice(0, width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * width + x] = mask.data[(y * by + middle) * mask.width + x * by + middle];
  return { ...mask, width, height, data };
}
