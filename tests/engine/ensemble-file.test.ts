import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMED_TTA, PLAIN, type Composition } from '../../common/ensemble.ts';
import { readEnsemble, writeEnsemble } from '../../main/engine/ensemble-file.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'winnow-ensemble-'))));
afterAll(() => rm(folder, { recursive: true }));

const write = async (content: unknown) => {
  const file = join(folder, `${Math.random()}.json`);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};

describe('an ensemble file', () => {
  it('comes back as it was written', async () => {
    const models = ['a.onnx', 'b.onnx'].map((name) => ({ file: join(folder, 'models', name), problem: null }));
    const composition: Composition = {
      members: [
        { file: models[1].file, weight: 2, fold: 3, sizes: [{ scale: 0.5 }, { width: 64, height: 32 }] },
        { file: '/elsewhere/not-taking-part.onnx', weight: 9 },
      ],
      tta: { ...NAMED_TTA.d4, scales: [0.75], add: [0.1] },
      merge: 'geometric',
      temperature: 1.25,
      window: { size: 512, overlap: 0.25, blend: 'hann', keep: 0.5 },
    };
    const file = join(folder, 'ensemble.json');
    await writeEnsemble(file, composition, [...models, { file: '/x/broken.onnx', problem: 'Broken.' }]);
    expect(await readEnsemble(file)).toEqual({
      ...composition,
      models: models.map((model) => model.file),
      members: [{ file: models[0].file }, composition.members[0]],
    });
    expect(await readFile(file, 'utf8')).toContain('"file": "models/b.onnx"');
  });

  it('takes names of augmentations, and what is absent as usual', async () => {
    const file = await write({ members: [{ file: '/m/a.onnx' }], tta: 'd4' });
    const { models, ...rest } = await readEnsemble(file);
    expect(models).toEqual(['/m/a.onnx']);
    expect(rest).toEqual({ ...PLAIN, members: [{ file: '/m/a.onnx' }], tta: NAMED_TTA.d4 });
  });

  it('may begin with a byte order mark, and take one size out of its list', async () => {
    const content = JSON.stringify({ members: [{ file: '/m/a.onnx', size: { scale: 0.5 } }, { file: '/m/a.onnx' }] });
    const { members } = await readEnsemble(await write(`\uFEFF${content}`));
    expect(members).toEqual([{ file: '/m/a.onnx', sizes: [{ scale: 0.5 }] }, { file: '/m/a.onnx' }]);
  });

  it('keeps a file that is set up twice', async () => {
    const members = [0.5, 1].map((scale) => ({ file: '/m/a.onnx', sizes: [{ scale }] }));
    const file = join(folder, 'twice.json');
    await writeEnsemble(file, { ...PLAIN, members }, [{ file: '/m/a.onnx', problem: null }]);
    expect((await readEnsemble(file)).members).toEqual(members);
  });

  it.each([
    ['a misspelt word of a member', { members: [{ file: 'a', wieght: 2 }] }, 'wieght'],
    ['a misspelt word', { members: [{ file: 'a' }], TTA: 'd4' }, 'TTA'],
    ['a misspelt word of a window', { members: [{ file: 'a' }], window: { size: 64, blending: 'hann' } }, 'blending'],
    ['a misspelt transform', { members: [{ file: 'a' }], tta: { scale: [0.5] } }, 'tta'],
  ])('names %s', async (_what, content, word) => {
    await expect(readEnsemble(await write(content))).rejects.toThrow(word);
  });

  it.each([
    ['no JSON', '{'],
    ['no members', { members: [] }],
    ['a merge nobody knows', { members: [{ file: 'a' }], merge: 'median' }],
    ['a weight of nothing', { members: [{ file: 'a', weight: 0 }] }],
    ['a temperature of nothing', { members: [{ file: 'a' }], temperature: 0 }],
    ['a size without height', { members: [{ file: 'a', sizes: [{ width: 64 }] }] }],
  ])('says what is wrong: %s', async (_what, content) => {
    await expect(readEnsemble(await write(content))).rejects.toThrow(/^Expected \{members.* found /s);
  });

  it('does not take the place of something else', async () => {
    const file = await write({ version: 1, settings: {} });
    const model = { file: '/m/a.onnx', problem: null };
    await expect(writeEnsemble(file, PLAIN, [model])).rejects.toThrow('Expected {members');
    await expect(writeEnsemble(join(folder, 'e.txt'), PLAIN, [model])).rejects.toThrow('.json');
    await expect(writeEnsemble(join(folder, 'e.json'), PLAIN, [])).rejects.toThrow('found none');
  });
});
