import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { openableDemo } from '../../main/engine/demo.ts';
import { Cancelled, InputError } from '../../main/engine/errors.ts';
import { readMask } from '../../main/engine/images.ts';
import { CLASSES } from '../../resources/demo/classes.ts';
import { ERROR_KINDS, type InjectedError } from '../../resources/demo/errors.ts';
import { nameOf } from '../../resources/demo/files.ts';
import { DEMO_SIZE, drawDemo, RECIPE } from '../../resources/demo/recipe.ts';
import { HEIGHT, WIDTH } from '../../resources/demo/scene.ts';
import { makeTemporary } from '../support/dataset.ts';

const SIZE = { labelled: 12, unlabelled: 2 };
const NAMES = Array.from({ length: SIZE.labelled }, (_, i) => nameOf(i));

let temporary: string;
let remove: () => Promise<void>;
let demo: string;
beforeAll(async () => {
  ({ folder: temporary, remove } = await makeTemporary());
  demo = join(temporary, 'demo');
  await drawDemo(demo, SIZE);
}, 120_000);
afterAll(() => remove());

async function hashes(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const named = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [
      path.slice(folder.length),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ] as const;
  });
  return Object.fromEntries((await Promise.all(named)).sort());
}

async function labelsOf(kind: 'masks' | 'truth/masks', name: string) {
  const mask = await readMask(join(demo, kind, `${name}.png`));
  expect({ width: mask.width, height: mask.height, bits: mask.bits }).toEqual({
    width: WIDTH,
    height: HEIGHT,
    bits: 8,
  });
  return mask.data;
}

async function errorsOf(): Promise<Record<string, InjectedError[]>> {
  return JSON.parse(await readFile(join(demo, 'truth/errors.json'), 'utf8')) as Record<string, InjectedError[]>;
}

describe('the demo dataset', () => {
  it('comes out the same, byte for byte, and begins the same at any size', { timeout: 120_000 }, async () => {
    const [again, fewer] = [join(temporary, 'again'), join(temporary, 'fewer')];
    await drawDemo(again, SIZE);
    expect(await hashes(again)).toEqual(await hashes(demo));
    await drawDemo(fewer, { labelled: 2, unlabelled: 0 });
    const [small, large] = [await hashes(fewer), await hashes(demo)];
    for (const file of [`/images/${NAMES[1]}.jpg`, `/masks/${NAMES[1]}.png`]) expect(small[file]).toBe(large[file]);
  });

  it('is drawn beside the calling thread, which stays free', async () => {
    const before = { own: process.threadCpuUsage(), all: process.cpuUsage() };
    await drawDemo(join(temporary, 'beside'), { labelled: 6, unlabelled: 0 });
    const own = process.threadCpuUsage(before.own).user;
    expect(own).toBeLessThan(process.cpuUsage(before.all).user / 4);
  });

  it('opens without a finding', async () => {
    const dataset = await openDataset(demo);
    expect(dataset.findings).toEqual([]);
    expect(dataset.samples.filter(({ mask }) => mask).map(({ name }) => name)).toEqual(NAMES);
    expect(dataset.samples).toHaveLength(SIZE.labelled + SIZE.unlabelled);
    expect(dataset.samples.every(({ width, height }) => width === WIDTH && height === HEIGHT)).toBe(true);
    expect(dataset.classMap.classes.map(({ name }) => name)).toEqual(CLASSES.map(({ name }) => name));
    expect(dataset.classMap.ignore).toBe(255);
  });

  it('labels every pixel with a known class and shows every class', async () => {
    const seen = new Set<number>();
    for (const name of NAMES) for (const id of await labelsOf('truth/masks', name)) seen.add(id);
    expect([...seen].sort()).toEqual(CLASSES.map((_, id) => id));
    for (const name of NAMES) expect(Math.max(...new Set(await labelsOf('masks', name)))).toBeLessThan(CLASSES.length);
  });

  it('holds three folds of equal size', async () => {
    const folds = JSON.parse(await readFile(join(demo, 'folds.json'), 'utf8')) as Record<string, number>;
    expect(Object.keys(folds)).toEqual(NAMES);
    for (const fold of [0, 1, 2]) expect(Object.values(folds).filter((one) => one === fold)).toHaveLength(4);
  });
});

describe('injected errors', () => {
  it('sit in a quarter of the masks, of every kind', async () => {
    const errors = await errorsOf();
    expect(Object.keys(errors)).toHaveLength(SIZE.labelled / 4);
    const kinds = Object.values(errors).flatMap((list) => list.map(({ kind }) => kind));
    expect([...new Set(kinds)].sort()).toEqual([...ERROR_KINDS].sort());
  });

  it('are exactly where errors.json says, and nowhere else', async () => {
    const errors = await errorsOf();
    for (const name of NAMES) {
      const [given, truth] = [await labelsOf('masks', name), await labelsOf('truth/masks', name)];
      const listed = errors[name] ?? [];
      const wrong = Array.from(given.keys()).filter((i) => given[i] !== truth[i]);
      expect(wrong).toHaveLength(listed.reduce((sum, { area }) => sum + area, 0));
      const outside = wrong.filter((i) => !listed.some(({ bbox }) => within(bbox, i % WIDTH, Math.floor(i / WIDTH))));
      expect(outside).toEqual([]);
    }
  });

  it('are what their kind says', async () => {
    for (const [name, list] of Object.entries(await errorsOf())) {
      const [given, truth] = [await labelsOf('masks', name), await labelsOf('truth/masks', name)];
      for (const { kind, object_class, bbox } of list.filter((one) => one.kind !== 'boundary')) {
        const labels = kind === 'extra' ? given : truth;
        const id = CLASSES.findIndex((one) => one.name === object_class);
        const inside = Array.from(given.keys()).filter(
          (i) => given[i] !== truth[i] && within(bbox, i % WIDTH, Math.floor(i / WIDTH)),
        );
        expect(inside.filter((i) => labels[i] === id).length / inside.length).toBeGreaterThan(0.5);
      }
    }
  });
});

describe('where the demo is drawn', () => {
  it('leaves a complete demo alone', async () => {
    const before = (await stat(join(demo, 'classes.json'))).mtimeMs;
    await drawDemo(demo, SIZE);
    expect((await stat(join(demo, 'classes.json'))).mtimeMs).toBe(before);
  });

  it('moves one of another recipe aside and keeps what was decided there', async () => {
    const folder = join(temporary, 'older');
    await mkdir(join(folder, 'truth'), { recursive: true });
    await mkdir(join(folder, '.winnow'));
    await writeFile(join(folder, 'truth/recipe.json'), JSON.stringify({ recipe: RECIPE - 1, ...SIZE }));
    await writeFile(join(folder, '.winnow/journal.jsonl'), 'decisions');
    await drawDemo(folder, { labelled: 1, unlabelled: 0 });
    const [aside] = (await readdir(temporary)).filter((name) => name.startsWith(`older-recipe${RECIPE - 1}`));
    expect(await readFile(join(temporary, aside, '.winnow/journal.jsonl'), 'utf8')).toBe('decisions');
    expect(await readdir(join(folder, 'images'))).toEqual([`${nameOf(0)}.jpg`]);
  });

  it('refuses a folder with other files in it', async () => {
    const folder = join(temporary, 'mine');
    await mkdir(folder);
    await writeFile(join(folder, 'thesis.txt'), 'years of work');
    await expect(drawDemo(folder, { labelled: 1, unlabelled: 0 })).rejects.toThrow(InputError);
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });

  it('leaves nothing behind when cancelled', async () => {
    const folder = join(temporary, 'cancelled');
    const stop = new AbortController();
    const drawing = drawDemo(folder, { ...SIZE, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(drawing).rejects.toThrow(Cancelled);
    expect((await readdir(temporary)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });

  it('says why a picture could not be drawn, and leaves nothing behind', async () => {
    const folder = join(temporary, 'failed');
    const removeDraft = async () => {
      const [draft] = (await readdir(temporary)).filter((name) => name.startsWith('failed'));
      await rm(join(temporary, draft, 'images'), { recursive: true, force: true });
    };
    const removals: Promise<void>[] = [];
    const drawing = drawDemo(folder, { ...SIZE, onProgress: () => removals.push(removeDraft()) });
    await expect(drawing).rejects.toThrow(/ENOENT.*sort-/);
    await Promise.allSettled(removals);
    expect((await readdir(temporary)).filter((name) => name.startsWith('failed'))).toEqual([]);
  });

  it('comes with the models of the package', async () => {
    const home = join(temporary, 'home');
    await mkdir(join(home, 'demo/truth'), { recursive: true });
    await writeFile(join(home, 'demo/truth/recipe.json'), JSON.stringify({ recipe: RECIPE, ...DEMO_SIZE }));
    const { folder, models } = await openableDemo(home);
    expect(folder).toBe(join(home, 'demo'));
    expect(models.map((file) => file.slice(-'models/fold0.onnx'.length))).toEqual([
      'models/fold0.onnx',
      'models/fold1.onnx',
      'models/fold2.onnx',
    ]);
  });
});

const within = ([x, y, w, h]: InjectedError['bbox'], px: number, py: number) =>
  px >= x && px < x + w && py >= y && py < y + h;
