import { cp, mkdir, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPixels } from '../../main/engine/dataset/check.ts';
import { isDataset } from '../../main/engine/dataset/folder.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { pairByName } from '../../main/engine/dataset/pairs.ts';
import { Cancelled, InputError } from '../../main/engine/errors.ts';
import { readFolds } from '../../main/engine/inference/folds.ts';
import { findReferences } from '../../main/engine/measures/references.ts';
import { encodeMask, encodePicture, type MaskFile } from '../../main/engine/images.ts';
import { makeTemporary } from '../support/dataset.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ folder, remove } = await makeTemporary()));
afterEach(() => remove());

async function put(file: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

const picture = (width = 8, height = 6) => encodePicture({ width, height, data: new Uint8Array(width * height * 3) });

/** A mask that shows each of `values`, filled up with the first. */
function mask(values: number[], { width = 8, height = 6, ...rest }: Partial<Omit<MaskFile, 'data'>> = {}) {
  const data = rest.bits === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  data.fill(values[0]);
  data.set(values);
  return encodeMask({ width, height, data, bits: 8, palette: null, alpha: null, ...rest });
}

async function put3(): Promise<void> {
  for (const name of ['a', 'b', 'c']) {
    await put(`images/${name}.jpg`, await picture());
    await put(`masks/${name}.png`, await mask([0, 1, 2]));
  }
  await put('classes.json', JSON.stringify({ classes: ['sky', 'road', 'car'], ignore: 255 }));
}

const names = (samples: { name: string }[]) => samples.map(({ name }) => name);

describe('opening a folder', () => {
  it('pairs names that differ in how their accents are written, as macOS and zip files mix them', async () => {
    const [composed, apart] = ['Stra\u00dfe-\u00e9t\u00e9', 'Stra\u00dfe-e\u0301te\u0301'];
    await put(`images/${composed}.jpg`, await picture());
    await put(`masks/${apart}.png`, await mask([0, 1]));
    await put(`images/2-${apart}.jpg`, await picture());
    await put(`masks/2-${composed}.png`, await mask([0, 1]));
    await put('folds.json', JSON.stringify({ [apart]: 3, [`2-${composed}`]: 4 }));
    const dataset = await openDataset(folder);
    expect(dataset.findings).toEqual([]);
    expect(dataset.samples.map(({ name, mask }) => [name, mask])).toEqual([
      [`2-${apart}`, `masks/2-${composed}.png`],
      [composed, `masks/${apart}.png`],
    ]);
    const { of: folds } = await readFolds(dataset, { folds: null }, []);
    expect([`2-${apart}`, composed].map((name) => folds.get(name))).toEqual([4, 3]);
    expect((await findReferences(dataset, join(folder, 'masks'))).map(({ file }) => file)).toEqual([
      `2-${composed}.png`,
      `${apart}.png`,
    ]);
  });

  it('gives no mask away that has a picture of the very same name', () => {
    const [composed, apart] = ['\u00e9', 'e\u0301'];
    const images = [composed, apart].map((name) => `images/${name}.jpg`);
    const { maskOf, findings } = pairByName(images, 'images', [`masks/${apart}.png`], 'masks');
    expect([...maskOf]).toEqual([[images[1], `masks/${apart}.png`]]);
    expect(findings).toEqual([]);
  });

  it('pairs pictures with masks by name, through subfolders and formats', async () => {
    const png = await sharp(await picture())
      .png()
      .toBuffer();
    await put('images/train/x.jpg', await picture());
    await put('images/train/y.PNG', png);
    await put('images/val/x.jpg', await picture());
    await put('images/z.webp', await sharp(png).webp().toBuffer());
    await put('unlabeled/u.jpg', await picture());
    for (const name of ['train/x', 'train/y', 'val/x']) await put(`masks/${name}.png`, await mask([0, 1]));

    const { samples, byName, findings, format } = await openDataset(folder);
    expect(findings).toEqual([]);
    expect(format).toBe('folder');
    expect(names(samples)).toEqual(['images/train/x', 'images/val/x', 'u', 'y', 'z']);
    expect(samples.map((sample) => sample.mask)).toEqual([
      ...['masks/train/x.png', 'masks/val/x.png', null, 'masks/train/y.png', null],
    ]);
    expect(byName.get('y')).toEqual({
      name: 'y',
      image: 'images/train/y.PNG',
      mask: 'masks/train/y.png',
      width: 8,
      height: 6,
    });
  });

  it('sorts names as people do', async () => {
    for (const name of ['f10', 'f9', 'f1', 'f100']) await put(`images/${name}.jpg`, await picture());
    expect(names((await openDataset(folder)).samples)).toEqual(['f1', 'f9', 'f10', 'f100']);
  });

  it('takes other common names of the folders', async () => {
    await put('Images/a.jpg', await picture());
    await put('labels/a.png', await mask([0, 1]));
    await put('unlabelled/b.jpg', await picture());
    const { samples } = await openDataset(folder);
    expect(samples.map((sample) => sample.mask)).toEqual(['labels/a.png', null]);
    expect(await isDataset(folder)).toBe(true);
    expect(await isDataset(join(folder, 'labels'))).toBe(false);
  });

  it('goes by the upright size', async () => {
    const lying = await sharp({ create: { width: 8, height: 6, channels: 3, background: '#345' } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    await put('images/a.jpg', lying);
    await put('masks/a.png', await mask([0, 1], { width: 6, height: 8 }));
    const { samples, findings } = await openDataset(folder);
    expect(samples[0]).toMatchObject({ width: 6, height: 8, mask: 'masks/a.png' });
    expect(findings).toEqual([]);
  });

  it('reports what is wrong and goes on', async () => {
    await put3();
    await put('images/cut.jpg', (await picture()).subarray(0, 60));
    await put('images/empty.png', '');
    await put('images/notes.txt', 'hello');
    await put('images/twin.jpg', await picture());
    await put(
      'images/twin.png',
      await sharp(await picture())
        .png()
        .toBuffer(),
    );
    await symlink(join(folder, 'nowhere.jpg'), join(folder, 'images/gone.jpg'));
    for (const name of ['small', 'colours', 'torn']) await put(`images/${name}.jpg`, await picture());
    await put('masks/small.png', await mask([0, 1], { width: 4, height: 3 }));
    await put(
      'masks/colours.png',
      await sharp(await picture())
        .png()
        .toBuffer(),
    );
    await put('masks/torn.png', (await mask([0, 1])).subarray(0, 20));
    await put('masks/lonely.png', await mask([0, 1]));
    await put('images/.hidden.jpg', 'x');
    await put('images/Thumbs.db', 'x');

    const { samples, findings } = await openDataset(folder);
    expect(names(samples)).toEqual(['a', 'b', 'c', 'colours', 'small', 'torn', 'twin']);
    expect(names(samples.filter((sample) => sample.mask))).toEqual(['a', 'b', 'c']);
    const found = Object.fromEntries(findings.map(({ file, problem }) => [file, problem]));
    expect(Object.keys(found).sort()).toEqual([
      ...['images', 'images/cut.jpg', 'images/empty.png', 'images/gone.jpg', 'images/twin.png'],
      ...['masks/colours.png', 'masks/lonely.png', 'masks/small.png', 'masks/torn.png'],
    ]);
    expect(found['masks/small.png']).toBe(
      'Expected 8×6 pixels as in images/small.jpg, found 4×3; the picture counts as unlabelled.',
    );
    expect(found['images/gone.jpg']).toBe('Expected a readable file, found none.');
    for (const problem of Object.values(found)) expect(problem).toMatch(/^Expected [^\n]*\.$/);
  });

  it('finds folders with nothing in them', async () => {
    await mkdir(join(folder, 'images'));
    await mkdir(join(folder, 'masks'));
    const { samples, findings } = await openDataset(folder);
    expect(samples).toEqual([]);
    expect(findings.map(({ file }) => file)).toEqual(['images', 'masks', 'classes.json']);
  });

  it('refuses what is no dataset, saying what it found', async () => {
    await put('cats/1.jpg', 'x');
    await put('readme.md', 'x');
    await expect(openDataset(folder)).rejects.toThrow(InputError);
    await expect(openDataset(folder)).rejects.toThrow(/Expected a folder images\/.* found cats\/, readme\.md\.$/);
    await expect(openDataset(join(folder, 'nowhere'))).rejects.toThrow('found nothing.');
    await expect(openDataset(join(folder, 'readme.md'))).rejects.toThrow('found a file.');
  });

  it('follows linked folders once, also where they lead in a circle', async () => {
    await put('elsewhere/p.jpg', await picture());
    await put('set/images/a.jpg', await picture());
    await symlink(join(folder, 'elsewhere'), join(folder, 'set/images/linked'));
    await symlink(join(folder, 'set/images'), join(folder, 'set/images/circle'));
    expect(names((await openDataset(join(folder, 'set'))).samples)).toEqual(['a', 'p']);
  });

  it('can be cancelled and tells how far it is', async () => {
    await put3();
    const seen: unknown[] = [];
    await openDataset(folder, { onProgress: (count) => seen.push(count) });
    expect(seen.at(-1)).toEqual({ done: 6, total: 6 });
    await expect(openDataset(folder, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  });
});

describe('the header cache', () => {
  const COUNT = 1000;
  const cacheFile = () => join(folder, '.winnow/cache/headers.json');

  beforeEach(async () => {
    const bytes = await picture();
    await mkdir(join(folder, 'images'));
    for (let i = 0; i < COUNT; i++) await writeFile(join(folder, `images/f${i}.jpg`), bytes);
    await put('classes.json', JSON.stringify({ classes: ['sky'] }));
  });

  it('gives the same dataset, and sees files that changed, came and went', async () => {
    const first = await openDataset(folder, { cacheFile: cacheFile() });
    expect(await readdir(folder)).toEqual(['.winnow', 'classes.json', 'images']);
    expect(await openDataset(folder, { cacheFile: cacheFile() })).toEqual(first);

    await put('images/f1.jpg', await picture(10, 4));
    await put('images/new.jpg', await picture(12, 4));
    await rm(join(folder, 'images/f2.jpg'));
    const third = await openDataset(folder, { cacheFile: cacheFile() });
    expect(third.byName.get('f1')).toMatchObject({ width: 10, height: 4 });
    expect(third.byName.get('new')).toMatchObject({ width: 12, height: 4 });
    expect(third.byName.has('f2')).toBe(false);
    expect(third.samples.length).toBe(COUNT);
  });

  it('spares opening files that have not changed', async () => {
    const at = new Date(1_600_000_000_000);
    const file = join(folder, 'images/f5.jpg');
    await utimes(file, at, at);
    await openDataset(folder, { cacheFile: cacheFile() });
    const { length } = await readFile(file);
    await writeFile(file, Buffer.alloc(length));
    await utimes(file, at, at);
    expect((await openDataset(folder, { cacheFile: cacheFile() })).findings).toEqual([]);
    expect((await openDataset(folder)).findings.length).toBe(1);
  });

  it('may be damaged or impossible to write', async () => {
    await put('.winnow/cache/headers.json', '{"version":1,"files":[');
    expect((await openDataset(folder, { cacheFile: cacheFile() })).samples.length).toBe(COUNT);
    await put('.winnow/cache/headers.json', '{"version":1,"files":[["images/f1.jpg"],7]}');
    expect((await openDataset(folder, { cacheFile: cacheFile() })).samples.length).toBe(COUNT);
    const impossible = join(folder, 'classes.json/headers.json');
    expect((await openDataset(folder, { cacheFile: impossible })).samples.length).toBe(COUNT);
  });

  it('is not written for a few files, nor is anything else', async () => {
    for (let i = 10; i < COUNT; i++) await rm(join(folder, `images/f${i}.jpg`));
    await openDataset(folder, { cacheFile: cacheFile() });
    expect(await readdir(folder)).toEqual(['classes.json', 'images']);
  });
});

describe('the full check', () => {
  it('finds what headers do not tell, and nothing in a sound dataset', async () => {
    await put3();
    expect(await checkPixels(await openDataset(folder))).toEqual([]);

    const noisy = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
    const cut = await put('images/cut.jpg', await encodePicture({ width: 64, height: 64, data: noisy }));
    await truncate(cut, 3000);
    await put('masks/a.png', await mask([0, 9, 9, 12]));
    await put('masks/b.png', (await mask([0, 1])).subarray(0, -6));
    await rm(join(folder, 'images/c.jpg'));
    await cp(join(folder, 'masks/c.png'), join(folder, 'images/c.png'));
    const dataset = await openDataset(folder);
    expect(dataset.findings).toEqual([]);
    await rm(join(folder, 'images/c.png'));

    const seen: number[] = [];
    const findings = await checkPixels(dataset, { onProgress: ({ done }) => seen.push(done) });
    expect(findings).toEqual([
      {
        file: 'masks/a.png',
        problem: 'Expected class ids or the ignore value, found unknown 9 in 2 pixels, 12 in 1 pixel.',
      },
      { file: 'masks/b.png', problem: expect.stringContaining('cut short') as string },
      { file: 'images/c.png', problem: 'Expected a readable file, found none.' },
      { file: 'images/cut.jpg', problem: expect.stringContaining('premature end') as string },
    ]);
    expect(seen.at(-1)).toBe(4);
    await expect(checkPixels(dataset, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  });
});
