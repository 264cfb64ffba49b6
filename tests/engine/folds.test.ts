import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding, SampleRow } from '../../common/dataset.ts';
import { readFolds } from '../../main/engine/inference/folds.ts';
import { makeTemporary } from '../support/dataset.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ folder, remove } = await makeTemporary()));
afterEach(() => remove());

const sample = (name: string, image: string): SampleRow => ({ name, image, mask: `${name}.png`, width: 4, height: 4 });
const samples = [
  sample('a', 'images/a.jpg'),
  sample('b.1', 'images/b.1.png'),
  sample('images/x/c', 'images/x/c.jpg'),
  sample('images/y/c', 'images/y/c.jpg'),
];

let findings: Finding[];
async function read(file: string, text: string, asked = true) {
  findings = [];
  const path = join(folder, file);
  await mkdir(folder, { recursive: true });
  await writeFile(path, text);
  const found = await readFolds({ folder, samples }, { folds: asked ? path : null }, findings);
  await rm(path);
  return found;
}

describe('folds', () => {
  it.each([
    ['JSON by sample', 'f.json', '{"a": 0, "b.1": 1, "images/x/c": 2, "images/y/c": 0}'],
    ['JSON by file', 'f.json', '{"images/a.jpg": 0, "b.1.png": 1, "images/x/c.jpg": 2, "images\\\\y\\\\c.jpg": 0}'],
    ['a data frame', 'f.csv', ',image_id,height,fold\n0,a,4,0\n1,b.1,4,1.0\n2,images/x/c,4,2\n3,images/y/c,4,0\n'],
    [
      'names in a later column',
      'f.csv',
      '\uFEFFfold;path;note\n0;"images/a.jpg";x\n1;b.1.png;\n2;images/x/c.png;\n0;images/y/c.png;',
    ],
    ['tabs, a header of their own', 'f.tsv', 'file\tkfold\na.png\t0\nb.1.png\t1\nimages/x/c.png\t2\nimages/y/c.png\t0'],
    ['no header', 'f.txt', 'a,0\nb.1,1\n\nimages/x/c,2\nimages/y/c,0\n'],
    ['several rows a picture', 'f.csv', 'image,class,fold\na,1,0\na,2,0\nb.1,1,1\nimages/x/c,1,2\nimages/y/c,3,0\n'],
  ])('are read from %s', async (_, file, text) => {
    const { of, listed, file: from } = await read(file, text);
    expect([...of].sort()).toEqual([['a', 0], ['b.1', 1], ['images/x/c', 2], ['images/y/c', 0]]); // prettier-ignore
    expect(listed).toHaveLength(4);
    expect(from).toBe(join(folder, file));
    expect(findings).toEqual([]);
  });

  it('are of nobody where a name may be that of two pictures, or a fold is left out', async () => {
    const { of } = await read('f.csv', 'name,fold\nc,1\na,\nb.1,-1\nimages/x/c,2');
    expect([...of]).toEqual([['images/x/c', 2]]);
  });

  it('lie in the dataset as folds.json or folds.csv', async () => {
    expect([...(await read('folds.csv', 'id,fold\na,3', false)).of]).toEqual([['a', 3]]);
    expect(await readFolds({ folder, samples }, { folds: null }, [])).toEqual({
      of: new Map(),
      listed: [],
      file: null,
    });
  });

  it.each([
    ['a,b,c\n1,2,3', /a table without a column `fold` \(a, b, c\)/],
    ['', /a table without a column `fold` \(nothing\)/],
    ['name,fold\na,x', /the fold x of a/],
    ['name,fold\na,1\na,2', /folds 1 and 2 of a/],
    ['name,fold\nz1,1\nz2,2', /found z1, z2, no picture of the dataset among them/],
    ['name,fold\n"a,1', /quote/i],
  ])('%j is refused, and why', async (text, why) => {
    await expect(read('f.csv', text)).rejects.toThrow(why);
    await expect(read('f.csv', text)).rejects.toThrow(/^Expected names of pictures with their fold in .*, found .*\.$/);
    expect((await read('folds.csv', text, false)).of.size).toBe(0);
    expect(findings).toEqual([{ file: 'folds.csv', problem: expect.stringMatching(why) as string }]);
  });
});
