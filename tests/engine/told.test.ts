import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMED_TTA, type Activation } from '../../common/ensemble.ts';
import { splitPlanes } from '../../common/planes.ts';
import { Sessions } from '../../main/engine/inference/sessions.ts';
import { toldWhole } from '../../main/engine/inference/told.ts';
import { decodeModel } from '../../main/engine/onnx/proto.ts';
import { READING } from '../support/chain.ts';
import { expectClose } from '../support/close.ts';
import { convolutionModel, type ConvolutionModel } from '../support/convolution.ts';
import { noisePicture } from '../support/noise-picture.ts';
import { load } from '../support/ort.ts';
import { referencePlanes } from '../support/reference.ts';

const K = 4;
const picture = noisePicture(40, 24, K);
const size = { width: picture.width, height: picture.height };
const tta = NAMED_TTA.d4;
let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'winnow-told-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a network is like, and whether its map is of the input's size. */
const NETWORKS: [string, Partial<ConvolutionModel>, boolean][] = [
  ['of its own size, told', {}, true],
  ['of its own size, not told', { undeclared: true }, true],
  ['upsampled, not told', { stride: 4, resize: 'sizes', undeclared: true }, true],
  ['of bytes, not told', { end: 'argmax', output: 'uint8', undeclared: true }, true],
  ['a quarter, told', { stride: 4 }, false],
  ['a quarter that goes by the names of the whole', { stride: 4, misnamed: true }, false],
];

describe.each(NETWORKS)('a map %s', (_, model, whole) => {
  const plain = { classes: K, seed: 4, stride: model.stride, resize: model.resize };
  const file = convolutionModel({ ...plain, ...model });

  it('is known by running nothing', async () => {
    expect(await toldWhole(decodeModel(file), READING, size, load)).toBe(whole);
    // What holds at one size may not hold at all sizes.
    expect(await toldWhole(decodeModel(file), READING, null, load)).toBe(whole ? undefined : false);
  });

  it('comes out right', async () => {
    const path = join(folder, 'network.onnx');
    await writeFile(path, file);
    const activation: Activation = model.end ? 'ids' : 'logits';
    const member = { ...READING, activation, file: path, name: 'network', size: null, fold: null };
    const classes = Array.from({ length: K }, (_, id) => ({ id, name: `class ${id}`, color: '#000000' }));
    const plan = { members: [member], classMap: { classes, ignore: null }, tta, merge: 'mean', window: null } as const;
    const sessions = new Sessions({ ...plan, members: [member] }, 'cpu', load, (finding) => expect(finding).toBeNull());
    const reference = { file, activation, logits: convolutionModel(plain), channels: K };
    const expected = await referencePlanes([reference], picture, { classes: K, tta });
    const pixels = { ...size, rgb: picture.pixels, given: picture.given };
    for (const known of [size, null]) {
      const { planes } = await sessions.run({ members: [0], size: known }, pixels);
      expectClose(splitPlanes(planes, picture.width, picture.height), expected, { planes: ['confidence', 'pGiven'] });
    }
    await sessions.release();
  });
});
