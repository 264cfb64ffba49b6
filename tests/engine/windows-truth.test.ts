import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IGNORE, type ClassMap } from '../../common/dataset.ts';
import { BLENDS, MERGES, NAMED_TTA, type Blend, type Merge, type WindowSettings } from '../../common/ensemble.ts';
import { splitPlanes, type Planes } from '../../common/planes.ts';
import type { Member } from '../../main/engine/inference/member.ts';
import { Sessions } from '../../main/engine/inference/sessions.ts';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { ElementType } from '../../main/engine/onnx/model.ts';
import { encodeModel, makeModel, makeValueInfo } from '../../main/engine/onnx/proto.ts';
import { makeTemporary } from '../support/dataset.ts';
import { load, runBare } from '../support/ort.ts';
import { flip, resize, softmax, toMaps, type ClassMaps } from '../support/probabilities.ts';
import { noise } from '../support/random.ts';

/** Whole pictures from windows, beside the same in doubles, done on a canvas as large as the picture. */

const K = 4;
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];
const random = noise(21);

interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
  given: Uint8Array;
}

const pictureOf = (width: number, height: number): Picture => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, () => 256 * random()),
  given: Uint8Array.from({ length: width * height }, () => (random() < 0.2 ? IGNORE : Math.floor(K * random()))),
});

/** One 5 × 5 convolution that sees nothing but zeros beyond the border: what a place gives depends on its window. */
function network(seed: number, block = 1): Uint8Array {
  const graph = new GraphBuilder(17);
  const next = noise(seed);
  const weights = graph.float(Array.from({ length: K * 75 }, () => 0.8 * (next() - 0.5)), [K, 3, 5, 5]); // prettier-ignore
  let map = graph.add('Conv', ['input', weights], { kernel_shape: [5, 5], pads: [2, 2, 2, 2] });
  // There and back again: fails where blocks do not fit.
  if (block > 1) map = graph.add('DepthToSpace', [graph.add('SpaceToDepth', [map], { blocksize: block })], { blocksize: block }); // prettier-ignore
  graph.add('Identity', [map], {}, 'output');
  const value = (name: string, channels: number) => {
    const dim = [1, channels].map((size) => ({ dimValue: BigInt(size) }));
    const shape = { dim: [...dim, { dimParam: 'h' }, { dimParam: 'w' }] };
    return makeValueInfo({ name, type: { tensorType: { elemType: ElementType.float32, shape } } });
  };
  const { nodes: node, initializers: initializer } = graph;
  const whole = { name: 'truth', node, initializer, input: [value('input', 3)], output: [value('output', K)] };
  return encodeModel(makeModel({ irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph: whole }));
}

let place: Awaited<ReturnType<typeof makeTemporary>>;
const files = ['a.onnx', 'b.onnx', 'blocks.onnx'];
const networks = [network(1), network(2), network(1, 8)];
beforeAll(async () => {
  place = await makeTemporary();
  await Promise.all(files.map((name, i) => writeFile(join(place.folder, name), networks[i])));
});
afterAll(() => place.remove());

const classMap: ClassMap = {
  classes: Array.from({ length: K }, (_, id) => ({ id, name: `class ${id}`, color: '#000000' })),
  ignore: IGNORE,
};

const memberOf = (name: string, weight: number): Member => ({
  file: join(place.folder, name),
  name,
  layout: 'nchw',
  output: 'output',
  activation: 'logits',
  preprocessing: { channels: 'rgb', scale: 1 / 255, mean: MEAN, std: STD },
  size: null,
  multiple: 1,
  fold: null,
  weight,
  sizes: [null],
  classMap: null,
});

interface Run {
  members: number[];
  weights?: number[];
  hflip?: boolean;
  merge?: Merge;
  window: WindowSettings | null;
}

async function planesOf(picture: Picture, run: Run): Promise<Planes> {
  const { members, weights = members.map(() => 1), hflip = false, merge = 'mean', window } = run;
  const plan = {
    members: members.map((member, i) => memberOf(files[member], weights[i])),
    ...{ classMap, merge, window, tta: hflip ? NAMED_TTA.hflip : NAMED_TTA.none },
  };
  const sessions = new Sessions(plan, 'cpu', load, () => undefined);
  const task = { members: members.map((_, i) => i), size: null };
  const { planes: bytes } = await sessions.run(task, picture);
  await sessions.release();
  return splitPlanes(bytes, picture.width, picture.height);
}

type Maps = number[][];

/**
 * [place][class] of one window of `size`, whose first pixel is (left, top), run as it is or mirrored, and resized for the
 * network to `taken`.
 */
async function runWindow(
  bytes: Uint8Array,
  picture: Picture,
  [left, top]: [number, number],
  { size, taken, flipped }: { size: number; taken: number; flipped: boolean },
): Promise<Maps> {
  const prepared = Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [left + (i % size), top + Math.floor(i / size)];
    const from = 3 * (bounce(y, picture.height) * picture.width + bounce(x, picture.width));
    return MEAN.map((mean, c) => (picture.rgb[from + c] / 255 - mean) / STD[c]);
  });
  const turn = (maps: ClassMaps) => (flipped ? flip(maps) : maps);
  const fed = turn(resize({ width: size, height: size, at: prepared }, taken, taken));
  const data = Float32Array.from({ length: 3 * taken * taken }, (_, i) => fed.at[i % (taken * taken)][Math.floor(i / (taken * taken))]); // prettier-ignore
  const { data: logits } = await runBare(bytes, data, taken, taken);
  const p = softmax(turn(toMaps(logits as Float32Array, K, taken, taken)));
  return resize(p, size, size).at;
}

/** Mirror image without the border pixel twice, step by step. */
function bounce(at: number, length: number): number {
  let [place, way] = [0, 1];
  for (let step = 0; step < Math.abs(at); step++) {
    if (place + way < 0 || place + way >= length) way = -way;
    if (length > 1) place += way;
  }
  return place;
}

function startsOf(length: number, size: number, overlap: number): number[] {
  if (length < size) return [-Math.floor((size - length) / 2)];
  const starts: number[] = [];
  for (let start = 0; start + size < length; start += Math.max(1, Math.floor(size * (1 - overlap)))) starts.push(start);
  return [...starts, length - size];
}

function weightOf(blend: Blend, i: number, size: number): number {
  if (blend === 'gaussian') return Math.exp(-((i - (size - 1) / 2) ** 2) / 2 / (size / 8) ** 2);
  return blend === 'hann' ? Math.sin((Math.PI * (i + 0.5)) / size) ** 2 : 1;
}

const entropyOf = (p: number[]) => -p.reduce((sum, value) => sum + value * Math.log2(value), 0);

async function expected(picture: Picture, { members, hflip, window }: Run, taken = window?.size ?? 0): Promise<Planes> {
  const { width, height, given } = picture;
  if (!window) throw new Error('Expected a window.');
  const { size, overlap, blend } = window;
  const sums: Maps = Array.from({ length: width * height }, () => new Array<number>(K + 2).fill(0));
  const passes = members.flatMap((member) => (hflip ? [false, true] : [false]).map((flipped) => ({ member, flipped })));
  for (const top of startsOf(height, size, overlap))
    for (const left of startsOf(width, size, overlap))
      for (const { member, flipped } of passes) {
        const maps = await runWindow(networks[member], picture, [left, top], { size, taken, flipped });
        maps.forEach((p, i) => {
          const [x, y] = [left + (i % size), top + Math.floor(i / size)];
          if (x < 0 || y < 0 || x >= width || y >= height) return;
          const weight = weightOf(blend, i % size, size) * weightOf(blend, Math.floor(i / size), size);
          const sum = sums[y * width + x];
          p.forEach((value, k) => (sum[k] += weight * value));
          sum[K] += weight * entropyOf(p);
          sum[K + 1] += weight;
        });
      }
  const at = sums.map((sum) => sum.slice(0, K + 1).map((value) => value / sum[K + 1]));
  const byte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  const likeliest = at.map((p) => p.slice(0, K).indexOf(Math.max(...p.slice(0, K))));
  return {
    ...{ width, height, label: Uint8Array.from(likeliest) },
    confidence: Uint8Array.from(at, (p, i) => byte(p[likeliest[i]])),
    disagreement: Uint8Array.from(at, (p) => (passes.length > 1 ? byte(entropyOf(p.slice(0, K)) - p[K]) : 0)),
    pGiven: Uint8Array.from(at, (p, i) => (given[i] === IGNORE ? 255 : byte(p[given[i]]))),
  };
}

/** Bytes may differ by rounding, labels where two classes are as good as equal. */
function expectClose(found: Planes, wanted: Planes): void {
  for (const plane of ['confidence', 'disagreement', 'pGiven'] as const) {
    const worst = found[plane].reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[plane][i])), 0);
    expect(worst, plane).toBeLessThanOrEqual(1);
  }
  expect(found.label.filter((value, i) => value !== wanted.label[i]).length).toBeLessThanOrEqual(2);
}

const windowOf = (blend: Blend, change: Partial<WindowSettings> = {}): WindowSettings => ({
  ...{ size: 16, overlap: 0.5, blend, keep: 1 },
  ...change,
});

describe('windows of a network that sees its surroundings', () => {
  const large = pictureOf(37, 29);
  const small = pictureOf(21, 9);
  const tiny = pictureOf(5, 3);

  it.each(BLENDS)('give what a canvas as large as the picture gives in doubles: %s', async (blend) => {
    const run = { members: [0], window: windowOf(blend) };
    for (const picture of [large, small, tiny]) expectClose(await planesOf(picture, run), await expected(picture, run));
  });

  it.each(BLENDS)('give it mirrored as well, and over members: %s', async (blend) => {
    const run = { members: [0, 1], hflip: true, window: windowOf(blend, { overlap: 0.3 }) };
    for (const picture of [large, small]) expectClose(await planesOf(picture, run), await expected(picture, run));
  });

  it('give it for windows that the network does not take as they are', async () => {
    const window = windowOf('gaussian', { size: 24 });
    const run = { members: [2], window };
    expectClose(await planesOf(large, run), await expected(large, run));
    // 20 is no multiple of 8: windows are brought to the next multiple of 32.
    const odd = { members: [2], window: { ...window, size: 20 } };
    expectClose(await planesOf(large, odd), await expected(large, odd, 32));
  });

  it.each(MERGES)('as large as the picture give what the picture gives: %s', async (merge) => {
    const square = pictureOf(24, 24);
    const run = { members: [0, 1], weights: [1, 2], hflip: true, merge };
    const whole = await planesOf(square, { ...run, window: null });
    for (const blend of BLENDS)
      expectClose(await planesOf(square, { ...run, window: windowOf(blend, { size: 24 }) }), whole);
  });

  it('do not mind the order of the members', async () => {
    for (const merge of MERGES) {
      const [one, other] = [[0, 1], [1, 0]]; // prettier-ignore
      const run = { merge, hflip: true, window: windowOf('hann') };
      const found = await planesOf(large, { ...run, members: one, weights: [1, 3] });
      expectClose(found, await planesOf(large, { ...run, members: other, weights: [3, 1] }));
    }
  });
});
