import { mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import type { Model } from '../../main/engine/onnx/model.ts';
import { decodeModel, encodeModel, makeEntry } from '../../main/engine/onnx/proto.ts';
import { filesOf, readModel } from '../../main/engine/onnx/read.ts';
import { COLORS, makeTemporary } from '../support/dataset.ts';
import { pointwiseModel } from '../support/onnx.ts';
import { runBare } from '../support/ort.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

const whole = () => decodeModel(pointwiseModel({ classes: COLORS }));

/** Moves all weights of a model into one file, as onnx.save(save_as_external_data=True) does (onnx 1.12, external_data_helper.py). */
async function writeApart(name: string, change: (model: Model) => void = () => undefined): Promise<string> {
  const model = whole();
  const weights: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of model.graph?.initializer ?? []) {
    const { rawData } = tensor;
    // Offsets of a page each, so that the file can be mapped.
    const padded = new Uint8Array(Math.ceil(rawData.length / 4096) * 4096);
    padded.set(rawData);
    weights.push(padded);
    tensor.externalData = Object.entries({ location: `${name}.data`, offset, length: rawData.length }).map(
      ([key, value]) => makeEntry({ key, value: String(value) }),
    );
    tensor.rawData = new Uint8Array();
    tensor.dataLocation = 1;
    offset += padded.length;
  }
  change(model);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.data`), Buffer.concat(weights));
  const file = join(folder, name);
  await writeFile(file, encodeModel(model));
  return file;
}

const problemOf = async (file: string) => (await describeModels([file]))[0].problem;

it('weights in a file beside the model are as good as inside', async () => {
  const file = await writeApart('apart.onnx');
  const [info] = await describeModels([file]);
  expect(info).toMatchObject({ problem: null, classes: COLORS.length });
  const picture = Float32Array.from({ length: 3 * 8 * 6 }, (_, i) => Math.sin(i));
  const [inside, outside] = [whole(), await readModel(file)].map(encodeModel);
  expect(info.bytes).toBeGreaterThan(4096);
  const [a, b] = [await runBare(inside, picture, 8, 6), await runBare(outside, picture, 8, 6)];
  expect(b.data).toEqual(a.data);
  expect(await filesOf(file)).toEqual([file, `${file}.data`]);
});

it('names the file where weights are missing or cut off', async () => {
  const file = await writeApart('lost.onnx');
  await truncate(`${file}.data`, 100);
  expect(await problemOf(file)).toMatch(
    /^Expected .* up to byte \d+ of .*lost\.onnx\.data, found a file of 100 bytes\.$/,
  );
  await rm(`${file}.data`);
  const missing = /^Expected its weights in the file .*lost\.onnx\.data, found no such file/;
  expect(await problemOf(file)).toMatch(missing);
  await expect(readModel(file)).rejects.toThrow(missing);
});

it('reads no file outside the folder of the model', async () => {
  const places = (location: string) => (model: Model) =>
    model.graph?.initializer.forEach(({ externalData }) => (externalData[0].value = location));
  for (const [i, location] of ['../secret', '/etc/hostname', 'a/../../secret', '..', '', '..\\secret'].entries())
    expect(await problemOf(await writeApart(`outside${i}.onnx`, places(location)))).toMatch(
      /^Expected the weights of .* in the folder of the model, found /,
    );
  await mkdir(join(folder, 'weights'));
  const below = await writeApart('below.onnx', places('./weights/below.bin'));
  await rename(`${below}.data`, join(folder, 'weights/below.bin'));
  expect(await problemOf(below)).toBeNull();
});
