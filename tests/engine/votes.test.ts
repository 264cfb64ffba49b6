import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IGNORE, type ClassMap } from '../../common/dataset.ts';
import { NAMED_TTA, NO_TTA, type Merge, type TtaSettings, type WindowSettings } from '../../common/ensemble.ts';
import { Sessions, type Made } from '../../main/engine/inference/sessions.ts';
import { voteCounter, type Vote } from '../../main/engine/noise/votes.ts';
import { compileMember, Value } from '../../main/engine/onnx/compile/compile.ts';
import { voteOf } from '../../main/engine/onnx/compile/votes.ts';
import { decodeModel } from '../../main/engine/onnx/proto.ts';
import { chainFor, preprocessing, readingOf, READING, type TestMember, type TestPicture } from '../support/chain.ts';
import { convolutionModel, type ConvolutionModel } from '../support/convolution.ts';
import { makeTemporary } from '../support/dataset.ts';
import { noisePicture } from '../support/noise-picture.ts';
import { pointwiseModel } from '../support/onnx.ts';
import { load, runBare } from '../support/ort.ts';
import { flip, toMaps } from '../support/probabilities.ts';

const K = 4;
const COLORS = [
  [200, 30, 40],
  [40, 180, 60],
  [50, 60, 210],
  [120, 120, 120],
];
/** Odd sizes, and more pixels than a vote has places. */
const picture = noisePicture(37, 23, K);
const large = noisePicture(300, 141, K);

const pointwise: TestMember = { file: pointwiseModel({ classes: COLORS, sharpness: 8 }) };
const convolution = (seed: number, model: Partial<ConvolutionModel> = {}, others: Partial<TestMember> = {}) => ({
  file: convolutionModel({ classes: K, seed, ...model }),
  ...others,
});
/** Says one class whatever it is shown. */
const always = (k: number) =>
  convolution(0, {
    weights: { weight: new Array<number>(K * 27).fill(0), bias: COLORS.map((_, i) => (i === k ? 3 : 0)) },
  });

let place: Awaited<ReturnType<typeof makeTemporary>>;
beforeAll(async () => void (place = await makeTemporary()));
afterAll(() => place.remove());

const classMap: ClassMap = {
  classes: COLORS.map((_, id) => ({ id, name: `class ${id}`, color: '#000000' })),
  ignore: IGNORE,
};

interface Settings {
  tta?: TtaSettings;
  merge?: Merge;
  window?: WindowSettings | null;
  /** the sessions are made for the picture's size */
  sized?: boolean;
}

let files = 0;

/** As an inference process runs a picture. */
async function run(
  members: TestMember[],
  { width, height, pixels: rgb, given }: TestPicture,
  { tta = NAMED_TTA.hflip, merge = 'mean', window = null, sized = false }: Settings = {},
): Promise<Made> {
  const all = members.map(async ({ file: bytes, ...reading }) => {
    const name = `${files++}.onnx`;
    const file = join(place.folder, name);
    await writeFile(file, bytes);
    return { ...READING, ...{ file, name, size: null, fold: null }, ...reading };
  });
  const plan = { members: await Promise.all(all), classMap, tta, merge, window };
  const sessions = new Sessions(plan, 'cpu', load, () => undefined);
  const task = { members: members.map((_, i) => i), size: sized ? { width, height } : null };
  const made = await sessions.run(task, { width, height, rgb, given });
  await sessions.release();
  return made;
}

const votesOf = async (...arguments_: Parameters<typeof run>) => (await run(...arguments_)).votes ?? [];

/** All of the picture as a region. */
const everywhere = ({ width, height }: TestPicture, proposed: number) => {
  const start = Int32Array.from({ length: height }, (_, y) => y * width);
  const stretches = { start, end: start.map((first) => first + width) };
  return { stretches, members: start.map((_, y) => y), area: width * height, proposed };
};

const count = (votes: readonly Vote[], of: TestPicture, proposed: number) =>
  voteCounter(votes, of.width, of.height)(everywhere(of, proposed));

/** What a network that looks at one place only says at every pixel: the class of the nearest colour. */
function nearest({ pixels, width, height }: TestPicture): number[] {
  const distance = (i: number, k: number) => COLORS[k].reduce((sum, v, c) => sum + (v - pixels[3 * i + c]) ** 2, 0);
  return Array.from({ length: width * height }, (_, i) =>
    COLORS.map((_, k) => k).reduce((best, k) => (distance(i, k) < distance(i, best) ? k : best)),
  );
}

describe('votes of single passes', () => {
  it.each([
    ['whole', {}],
    ['of a known size', { sized: true }],
  ])('are unanimous where a network does not mind how the picture is laid down: %s', async (_, settings) => {
    const { votes, planes } = await run([pointwise], picture, { ...settings, tta: NAMED_TTA.d4 });
    expect(votes).toHaveLength(8);
    for (const vote of votes ?? []) {
      expect([vote.width, vote.height]).toEqual([picture.width, picture.height]);
      expect([...vote.classes]).toEqual([...planes.subarray(0, vote.classes.length)]);
    }
  });

  it('are what the network says of the picture, and of the picture mirrored, turned back', async () => {
    const expected = await Promise.all([false, true].map((mirrored) => bare(1, {}, mirrored)));
    const votes = await votesOf([convolution(1), convolution(2)], picture);
    expect(votes.slice(0, 2).map(({ classes }) => [...classes])).toEqual(expected);
    expect(votes).toHaveLength(4);
    expect(expected[0]).not.toEqual(expected[1]);
  });

  it('are taken where the network decides, before anything is upsampled', async () => {
    const even = noisePicture(36, 24, K);
    const coarse = { stride: 2, resize: 'sizes' } as const;
    for (const sized of [false, true]) {
      const votes = await votesOf([convolution(1, coarse)], even, { sized });
      expect(votes.map(({ width, height }) => [width, height])).toEqual([
        [18, 12],
        [18, 12],
      ]);
      expect([...votes[0].classes]).toEqual(await bare(1, { stride: 2 }, false, even));
    }
  });

  it('count each network for itself: of one that always says a and one that always says b, 1 of 2', async () => {
    for (const merge of ['mean', 'geometric', 'max', 'vote'] as const) {
      const votes = await votesOf([always(1), always(2)], picture, { tta: NO_TTA, merge });
      expect([0, 1, 2].map((k) => count(votes, picture, k))).toEqual([
        { seeing: 0, of: 2 },
        { seeing: 1, of: 2 },
        { seeing: 1, of: 2 },
      ]);
    }
  });

  it('of one pass alone are what is proposed', async () => {
    const { votes, planes } = await run([convolution(1)], picture, { tta: NO_TTA });
    const { width, height } = picture;
    expect(votes).toEqual([{ width, height, classes: planes.subarray(0, width * height) }]);
  });

  it('come from every scale on a grid of its own, and from large pictures at few places', async () => {
    const scales = { ...NO_TTA, scales: [0.5, 1.5] };
    const votes = await votesOf([always(3)], picture, { tta: scales });
    expect(votes.map(({ width, height }) => [width, height])).toEqual([
      [37, 23],
      [19, 12],
      [56, 35],
    ]);
    expect(count(votes, picture, 3)).toEqual({ seeing: 3, of: 3 });
    const [vote] = await votesOf([pointwise], large);
    // Every third column and every second row, from the middle one on.
    expect([vote.width, vote.height]).toEqual([100, 70]);
    const all = nearest(large);
    // Two colours may be as near as makes no difference.
    const other = vote.classes.filter((k, i) => {
      const [x, y] = [3 * (i % 100) + 1, 2 * Math.floor(i / 100) + 1];
      return k !== all[y * large.width + x];
    });
    expect(other.length).toBeLessThanOrEqual(2);
  });

  it('of a network that gives class ids only are those ids, turned back', async () => {
    const ids = convolution(1, { end: 'argmax', output: 'int64' }, { activation: 'ids' });
    const votes = await votesOf([ids], picture);
    const expected = await Promise.all([false, true].map((mirrored) => bare(1, {}, mirrored)));
    expect(votes.map(({ classes }) => [...classes])).toEqual(expected);
  });

  it('are of the dataset’s classes: a class of the network that is none of them has no say', async () => {
    const votes = await votesOf([{ ...always(2), classMap: [1, 1, null, 0] }, always(3)], picture, { tta: NO_TTA });
    expect(count(votes, picture, 1)).toEqual({ seeing: 1, of: 2 });
    expect(count(votes, picture, 3)).toEqual({ seeing: 1, of: 2 });
  });

  it('are not asked for where nothing is labelled, and change no plane', async () => {
    const { votes } = await run([pointwise], { ...picture, given: null });
    expect(votes).toBeNull();
    const member = convolution(1);
    const chain = chainFor([member], picture, { classes: K, tta: NAMED_TTA.d4 });
    const graph = (voted?: boolean) =>
      compileMember(decodeModel(member.file), readingOf(member), {
        ...{ chain: { ...chain, voted }, first: true, last: true, multiple: 1 },
      });
    expect(graph(false)).toEqual(graph());
    const [without, asked] = await Promise.all([false, true].map((voted) => runGraph(graph(voted))));
    expect(Object.keys(without)).toEqual([Value.planes]);
    expect(Object.keys(asked)).toEqual([Value.planes, ...Array.from({ length: 8 }, (_, i) => voteOf(i))]);
    expect(asked[Value.planes].data).toEqual(without[Value.planes].data);
  });
});

describe('votes of pictures that run in windows', () => {
  const windows: WindowSettings[] = [
    { size: 16, overlap: 0.5, blend: 'gaussian', keep: 1 },
    { size: 64, overlap: 0.25, blend: 'hann', keep: 1 },
    { size: 20, overlap: 0.5, blend: 'constant', keep: 0.5 },
  ];

  it.each(windows)('are those of the whole, where a network looks at one place only: %o', async (window) => {
    const { votes, planes } = await run([pointwise, pointwise], picture, { window });
    expect(votes).toHaveLength(4);
    for (const { width, height, classes } of votes ?? []) {
      expect([width, height]).toEqual([picture.width, picture.height]);
      expect([...classes]).toEqual([...planes.subarray(0, width * height)]);
    }
  });

  it.each(windows)('are counted by network: %o', async (window) => {
    const votes = await votesOf([always(1), always(2)], picture, { window });
    expect(count(votes, picture, 1)).toEqual({ seeing: 2, of: 4 });
  });

  it('are what the window that counts most says', async () => {
    const window: WindowSettings = { size: 24, overlap: 0.5, blend: 'hann', keep: 1 };
    const strip = { ...noisePicture(36, 24, K) };
    const [vote] = await votesOf([convolution(1)], strip, { window });
    const inside = (left: number) => ({ ...strip, width: 24, pixels: cut(strip, left, 24) });
    const [first, second] = await Promise.all([0, 12].map((left) => bare(1, {}, false, inside(left))));
    const expected = Array.from({ length: 36 * 24 }, (_, i) => {
      const [x, y] = [i % 36, Math.floor(i / 36)];
      return x < 18 ? first[y * 24 + x] : second[y * 24 + x - 12];
    });
    expect([...vote.classes]).toEqual(expected);
  });

  it('of one pass alone are what is proposed; of an unlabelled picture there are none', async () => {
    const [window] = windows;
    const { votes, planes } = await run([pointwise], picture, { window, tta: NO_TTA });
    expect(votes?.map(({ classes }) => classes)).toEqual([planes.subarray(0, picture.width * picture.height)]);
    expect((await run([pointwise], { ...picture, given: null }, { window })).votes).toBeNull();
  });
});

/** The likeliest class at every place of the map as it is, by the network alone. */
async function bare(seed: number, model: Partial<ConvolutionModel>, mirrored: boolean, of: TestPicture = picture) {
  const { width, height, pixels } = of;
  const { mean, std } = preprocessing;
  const at = (i: number) => (mirrored ? i - (i % width) + width - 1 - (i % width) : i);
  const fed = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const [c, n] = [Math.floor(i / width / height), i % (width * height)];
    return (pixels[3 * at(n) + c] / 255 - mean[c]) / std[c];
  });
  const { data, dims } = await runBare(convolutionModel({ classes: K, seed, ...model }), fed, width, height);
  const maps = toMaps(data as Float32Array, K, dims[3], dims[2]);
  return (mirrored ? flip(maps) : maps).at.map((p) => p.indexOf(Math.max(...p)));
}

async function runGraph(graph: Uint8Array) {
  const { width, height, pixels, given } = picture;
  const session = await load(graph, 'cpu');
  const out = await session.run({
    [Value.pixels]: { type: 'uint8', data: pixels, dims: [1, height, width, 3] },
    [Value.given]: { type: 'uint8', data: given ?? new Uint8Array(), dims: [1, height, width] },
  });
  await session.release();
  return out;
}

/** Columns from `left` on of a picture's pixels. */
function cut({ width, height, pixels }: TestPicture, left: number, across: number): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) => {
    const from = 3 * (y * width + left);
    return [...pixels.subarray(from, from + 3 * across)];
  });
  return Uint8Array.from(rows.flat());
}
