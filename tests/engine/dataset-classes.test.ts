import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { ignoreValue, labelTable, readGiven, toIndexes } from '../../main/engine/dataset/labels.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { InputError } from '../../main/engine/errors.ts';
import { encodeMask, encodePicture, type MaskFile } from '../../main/engine/images.ts';
import { makeTemporary } from '../support/dataset.ts';
import { noise } from '../support/random.ts';

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

describe('classes', () => {
  const classesOf = async (file: unknown) => {
    await put('images/a.jpg', await picture());
    await put('classes.json', typeof file === 'string' ? file : JSON.stringify(file));
    return (await openDataset(folder)).classMap;
  };

  it('are named by classes.json, with ids and colours where it gives them', async () => {
    const short = await classesOf({ classes: ['sky', 'road'], ignore: 11 });
    expect(short.ignore).toBe(11);
    expect(short.classes.map(({ id, name }) => [id, name])).toEqual([
      [0, 'sky'],
      [1, 'road'],
    ]);
    const long = await classesOf({
      classes: [
        { id: 7, name: 'road', color: '#ABCDEF' },
        { id: 300, name: 'sky', color: [1, 2, 3] },
        { id: 2, name: 'car' },
      ],
    });
    expect(long.ignore).toBe(null);
    expect(long.classes.slice(0, 2)).toEqual([
      { id: 7, name: 'road', color: '#abcdef' },
      { id: 300, name: 'sky', color: '#010203' },
    ]);
    expect(long.classes[2].color).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('in a broken classes.json are refused in one sentence', async () => {
    const broken = {
      '{': 'JSON',
      '[]': 'expected object',
      '{"classes": []}': 'classes',
      '{"classes": [{"id": -1, "name": "a"}]}': 'classes.0',
      '{"classes": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}': '"b" (1) repeats',
      '{"classes": ["a", "a"]}': '"a" (1) repeats',
      '{"classes": ["a", "b"], "ignore": 1}': 'the ignore value 1 is also the class "b"',
      '{"classes": ["a"], "ignore": "none"}': 'ignore',
      [JSON.stringify({ classes: Array.from({ length: 256 }, (_, i) => `c${i}`) })]: 'at most 255 classes',
    };
    for (const [text, part] of Object.entries(broken)) {
      const error: unknown = await classesOf(text).catch((thrown: unknown) => thrown);
      expect(error, text).toBeInstanceOf(InputError);
      expect((error as Error).message, text).toContain(part);
      expect((error as Error).message, text).toMatch(/^Expected [^\n]*\.$/);
    }
  });

  it('come from a palette with its colours', async () => {
    await put('images/a.jpg', await picture());
    const palette = [
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
      [0, 0, 128],
    ] as [number, number, number][];
    await put('masks/a.png', await mask([0, 1], { palette, bits: 2 }));
    const { classMap } = await openDataset(folder);
    expect(classMap.classes.map(({ id, color }) => [id, color])).toEqual([
      [0, '#000000'],
      [1, '#800000'],
      [2, '#008000'],
      [3, '#000080'],
    ]);
  });

  it('of a full palette are those the masks show, 255 ignored', async () => {
    await put('images/a.jpg', await picture());
    const palette = Array.from({ length: 256 }, (_, i): [number, number, number] => [i, (i * 7) % 256, (i * 91) % 256]);
    await put('masks/a.png', await mask([0, 15, 255], { palette }));
    const { classMap } = await openDataset(folder);
    expect(classMap.ignore).toBe(255);
    expect(classMap.classes.map(({ id, color }) => [id, color])).toEqual([
      [0, '#000000'],
      [15, '#0f6955'],
    ]);
  });

  it('of black and white masks are both', async () => {
    await put('images/a.jpg', await picture());
    await put('masks/a.png', await mask([0, 255]));
    const { classMap } = await openDataset(folder);
    expect(classMap.classes.map(({ id }) => id)).toEqual([0, 255]);
    expect(classMap.ignore).toBeNull();
  });

  it('are otherwise the ids found, in 16 bits too', async () => {
    for (const name of ['a', 'b']) await put(`images/${name}.jpg`, await picture());
    await put('masks/a.png', await mask([7, 1000], { bits: 16 }));
    await put('masks/b.png', await mask([7, 3, 255]));
    const { classMap } = await openDataset(folder);
    expect(classMap.classes.map(({ id, name }) => [id, name])).toEqual([
      [3, 'class 3'],
      [7, 'class 7'],
      [1000, 'class 1000'],
    ]);
    expect(new Set(classMap.classes.map(({ color }) => color)).size).toBe(3);
    expect(classMap.ignore).toBe(255);
  });

  it('are at most 255', async () => {
    await put('images/a.jpg', await picture(32, 32));
    const values = Array.from({ length: 300 }, (_, i) => i + 1000);
    await put('masks/a.png', await mask(values, { bits: 16, width: 32, height: 32 }));
    await expect(openDataset(folder)).rejects.toThrow(/at most 255 classes .* found 300\.$/);
  });
});

describe('labels', () => {
  const classes = [
    { id: 7, name: 'a', color: '#000000' },
    { id: 300, name: 'b', color: '#ffffff' },
  ];

  it('are class indexes; ignored and unknown values are IGNORE', () => {
    const table = labelTable({ classes, ignore: 11 });
    const data = Uint16Array.from([7, 300, 11, 0, 65535]);
    expect([...toIndexes({ data }, table)]).toEqual([0, 1, IGNORE, IGNORE, IGNORE]);
  });

  it('of bytes are the same wherever they lie in memory and however many there are', () => {
    const table = Uint8Array.from({ length: 65536 }, (_, value) => (value * 37 + 11) & 255);
    const next = noise(5);
    const values = Uint8Array.from({ length: 200 }, () => (next() < 0.3 ? 256 * next() : 200));
    for (const offset of [0, 1, 2, 3])
      for (const length of [0, 1, 3, 4, 7, 150]) {
        const data = values.subarray(offset, offset + length);
        expect([...toIndexes({ data }, table)]).toEqual(Array.from(data, (value) => table[value]));
      }
  });

  it('have an ignore value no class has', () => {
    expect(ignoreValue({ classes, ignore: 11 })).toBe(11);
    expect(ignoreValue({ classes, ignore: null })).toBe(255);
    expect(ignoreValue({ classes: [{ id: 255, name: 'c', color: '#000000' }], ignore: null })).toBe(256);
  });

  it('are read from the mask, which must fit its picture', async () => {
    await put3();
    const dataset = await openDataset(folder);
    const sample = dataset.samples[0];
    const { mask: file, given } = await readGiven(dataset, sample);
    expect([file.bits, ...given.subarray(0, 4)]).toEqual([8, 0, 1, 2, 0]);
    await put('masks/a.png', await mask([0, 1], { width: 4, height: 3 }));
    await expect(readGiven(dataset, sample)).rejects.toThrow('Expected 8×6 pixels as in images/a.jpg, found 4×3.');
    await expect(readGiven(dataset, { ...sample, mask: null })).rejects.toThrow('found an unlabelled picture.');
  });
});
