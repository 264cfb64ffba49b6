import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInfo } from '../../common/scan.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { opsetOf } from '../../main/engine/onnx/model.ts';
import { decodeModel, encodeModel } from '../../main/engine/onnx/proto.ts';
import { COLORS, makeTemporary } from '../support/dataset.ts';
import { pointwiseModel, writePointwiseModel, type PointwiseModel } from '../support/onnx.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

const build = (options: Partial<PointwiseModel> = {}) => pointwiseModel({ classes: COLORS, ...options });

let count = 0;
async function describeOne(options: Partial<PointwiseModel>, sidecar?: object | string): Promise<ModelInfo> {
  const file = join(folder, `model${count++}.onnx`);
  await writePointwiseModel(file, { classes: COLORS, ...options });
  if (sidecar)
    await writeFile(file.replace('.onnx', '.json'), typeof sidecar === 'string' ? sidecar : JSON.stringify(sidecar));
  return (await describeModels([file]))[0];
}

describe('ONNX files', () => {
  it.each([11, 13, 17, 21])('come back byte for byte: operators of version %i', (opset) => {
    const bytes = build({ opset, slope: 1, stride: 2, resize: true });
    expect(Buffer.from(encodeModel(decodeModel(bytes))).equals(bytes)).toBe(true);
    expect(opsetOf(decodeModel(bytes))).toBe(opset);
  });

  it('keep fields nobody here knows, in the model and deep inside it', () => {
    // Field 1000 with the varint 5 at the end of the file, and of a graph (field 7) that holds nothing else.
    const unknown = [0xc0, 0x3e, 5];
    const bytes = Uint8Array.from([...(unknown.length ? [0x3a, unknown.length, ...unknown] : []), ...unknown]);
    expect([...encodeModel(decodeModel(bytes))]).toEqual([...bytes]);
  });
});

describe('describing models', () => {
  it('reads shapes, classes and how the output is meant', async () => {
    const info = await describeOne({ opset: 17 });
    expect(info).toMatchObject({ classes: COLORS.length, activation: 'logits', fold: null, problem: null });
    expect(info.inputs).toEqual([{ name: 'input', type: 'float32', shape: ['batch', 3, 'height', 'width'] }]);
    expect(info.preprocessing).toMatchObject({
      channels: 'rgb',
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
  });

  it('finds the classes in the weights where the file does not declare them', async () => {
    expect((await describeOne({ undeclared: true, slope: 1 })).classes).toBe(COLORS.length);
    expect((await describeOne({ undeclared: true, stride: 2 })).classes).toBe(COLORS.length);
  });

  it.each([11, 17])('knows probabilities by the Softmax that makes them, operators of version %i', async (opset) => {
    expect((await describeOne({ activation: 'probabilities', opset })).activation).toBe('probabilities');
    expect((await describeOne({ activation: 'probabilities', opset, stride: 2 })).activation).toBe('probabilities');
  });

  it('takes what a sidecar says, and says what is wrong with one', async () => {
    const info = await describeOne(
      {},
      { channels: 'bgr', scale: 1, mean: [1, 2, 3], activation: 'probabilities', note: 'x' },
    );
    expect(info.preprocessing).toEqual({ channels: 'bgr', scale: 1, mean: [1, 2, 3], std: [0.229, 0.224, 0.225] });
    expect(info).toMatchObject({ activation: 'probabilities', problem: null });
    expect((await describeOne({}, { mean: [1, 2] })).problem).toContain('mean');
    expect((await describeOne({}, '{"mean":')).problem).toContain('.json');
  });

  it('reads the fold at the end of the name, and all models of a folder in natural order', async () => {
    const models = join(folder, 'models');
    for (const name of ['net-fold10', 'net-fold2', 'fold3net'])
      await writePointwiseModel(join(models, `${name}.onnx`), { classes: COLORS });
    const all = await describeModels([models, join(models, 'fold3net.onnx')]);
    expect(all.map(({ name, fold }) => [name, fold])).toEqual([
      ['fold3net', null],
      ['net-fold2', 2],
      ['net-fold10', 10],
    ]);
  });

  it('says in a sentence why a file cannot be used', async () => {
    const bytes = build();
    const cut = join(folder, 'cut.onnx');
    await writeFile(cut, bytes);
    await truncate(cut, bytes.length - 7);
    const text = join(folder, 'text.onnx');
    await writeFile(text, 'this is no model');
    await mkdir(join(folder, 'empty'));
    const [one, two, three] = await describeModels([cut, text, join(folder, 'none.onnx'), join(folder, 'empty')]);
    for (const { problem } of [one, two, three]) expect(problem).toMatch(/^Expected an ONNX .*, found .*\.$/);
    expect((await describeOne({ channels: 4 })).problem).toBe(
      'Expected an input of 3 channels (N×3×H×W or N×H×W×3), found 4 channels (batch×4×height×width).',
    );
    expect((await describeOne({ opset: 6 })).problem).toContain('7 or later, found 6');
  });
});
