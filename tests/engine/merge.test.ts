import { describe, expect, it } from 'vitest';
import { MERGES, NAMED_TTA, NO_TTA, type Merge } from '../../common/ensemble.ts';
import type { Planes } from '../../common/planes.ts';
import { runAsWindow, runChain, type TestSettings } from '../support/chain.ts';
import { expectClose } from '../support/close.ts';
import { convolutionModel, type ConvolutionModel } from '../support/convolution.ts';
import { noisePicture } from '../support/noise-picture.ts';
import { referencePlanes, type ReferenceMember } from '../support/reference.ts';

const K = 4;
const picture = noisePicture(19, 14, K);

type Others = Partial<Omit<ReferenceMember, 'file' | 'logits' | 'channels'>>;

function member(seed: number, model: Partial<ConvolutionModel> = {}, others: Others = {}): ReferenceMember {
  const { stride, resize, classes = K } = model;
  const plain = { classes, seed, stride, resize };
  return {
    file: convolutionModel({ ...plain, ...model }),
    logits: convolutionModel(plain),
    channels: classes,
    ...others,
  };
}

/** Whole, whole with sizes known, and by a window are what plain arithmetic gives. */
async function expectTrue(members: ReferenceMember[], settings: TestSettings): Promise<Planes> {
  const expected = await referencePlanes(members, picture, settings);
  const found = await runChain(members, picture, settings);
  expectClose(found, expected);
  expectClose(await runChain(members, picture, { ...settings, sized: true }), expected);
  expectClose(await runAsWindow(members, picture, settings), expected);
  return found;
}

describe.each(MERGES)('merge by %s', (merge: Merge) => {
  const settings = { classes: K, merge, tta: NAMED_TTA.flip };

  it('is what plain arithmetic gives, weighted', async () => {
    await expectTrue([member(1, {}, { weight: 3 }), member(2), member(3, {}, { weight: 0.5 })], settings);
  });

  it('weighs a member as often as it runs no more than once', async () => {
    const members = [member(1, {}, { sizes: [null, { scale: 0.5 }, { scale: 1.5 }] }), member(2)];
    await expectTrue(members, settings);
  });

  it('knows weights by their ratio, and members in any order', async () => {
    const [a, b, c] = [1, 2, 3].map((seed) => member(seed, {}, { weight: seed }));
    const found = await runChain([a, b, c], picture, settings);
    const heavier = [a, b, c].map((one) => ({ ...one, weight: 7 * (one.weight ?? 1) }));
    expectClose(await runChain(heavier, picture, settings), found);
    expectClose(await runChain([c, a, b], picture, settings), found);
  });

  it('of one member is the member, and of the same twice too', async () => {
    const one = { classes: K, merge };
    const alone = await runChain([member(1)], picture, one);
    expectClose(await runChain([member(1), member(1)], picture, one), alone);
    const mean = await runChain([member(1)], picture, { classes: K });
    if (merge === 'vote') expect(alone.label).toEqual(mean.label);
    else expect(alone).toEqual(mean);
  });

  it('adds up members of every form', async () => {
    const members = [
      member(1, { stride: 4 }),
      member(2, { stride: 2, resize: 'sizes' }),
      member(3, { end: 'softmax' }, { activation: 'probabilities', weight: 2 }),
      member(4, { end: 'argmax' }, { activation: 'ids' }),
      member(5, { opset: 11 }),
    ];
    await expectTrue(members, settings);
  });

  it('adds up what members tell apart by classes of their own', async () => {
    const members = [
      member(1, {}, { classMap: [2, 0, 3, 1] }),
      member(2, { classes: 6 }, { classMap: [0, 1, 1, null, 3, null] }),
      member(3),
    ];
    await expectTrue(members, settings);
  });

  it('keeps the order of phases', async () => {
    const even = noisePicture(24, 16, K);
    const members = [
      member(1, { stride: 4, resize: 'sizes' }, { weight: 2 }),
      member(2, { stride: 4, resize: 'factors', classes: 5 }, { classMap: [0, 1, 2, 3, null] }),
    ];
    const phases = { factor: 4, width: 6, height: 4, rows: 3 };
    const rows = await runChain(members, even, settings);
    expectClose(await runChain(members, even, { ...settings, phases }), rows);
  });
});

describe('class maps', () => {
  const settings = { classes: K, tta: NAMED_TTA.hflip };

  it('that are permutations turn the labels', async () => {
    const classMap = [3, 1, 0, 2];
    const own = await runChain([member(1)], picture, settings);
    const mapped = await runChain([member(1, {}, { classMap })], picture, settings);
    expect([...mapped.label]).toEqual([...own.label].map((k) => classMap[k]));
    expect(mapped.confidence).toEqual(own.confidence);
  });

  it('of no member that say a class leave it unjudged where it is given', async () => {
    const found = await expectTrue([member(1, { classes: 3 }, { classMap: [0, 3, null] })], { classes: K });
    const unsaid = [...(picture.given ?? [])].flatMap((k, i) => (k === 1 || k === 2 ? [found.pGiven[i]] : []));
    expect(unsaid.length).toBeGreaterThan(10);
    expect(unsaid.every((value) => value === 255)).toBe(true);
    const said = await expectTrue([member(1, { classes: 3 }, { classMap: [0, 3, null] }), member(2)], settings);
    expect(said.pGiven.some((value, i) => picture.given?.[i] === 1 && value < 255)).toBe(true);
  });

  it.each(['softmax', 'sigmoid', 'argmax'] as const)('apply to %s', async (end) => {
    const activation = ({ softmax: 'probabilities', sigmoid: 'sigmoid', argmax: 'ids' } as const)[end];
    for (const classMap of [
      [2, 0, 3, 1],
      [0, 0, 2, null],
    ])
      await expectTrue([member(1, { end }, { activation, classMap }), member(2)], settings);
  });
});

describe('a network', () => {
  const settings = { classes: K, tta: NAMED_TTA.d4 };

  it.each<[string, Partial<ConvolutionModel>, Others]>([
    ['ends in softmax', { end: 'softmax' }, { activation: 'probabilities' }],
    ['ends in softmax, of half', { end: 'softmax', output: 'float16' }, { activation: 'probabilities' }],
    ['ends in softmax, upsampled', { end: 'softmax', stride: 1, resize: 'sizes' }, { activation: 'probabilities' }],
    [
      'ends in softmax, channels last',
      { end: 'softmax', layout: 'nhwc' },
      { activation: 'probabilities', layout: 'nhwc' },
    ],
    ['ends in softmax, of old operators', { end: 'softmax', opset: 11 }, { activation: 'probabilities' }],
    ['judges each class on its own', {}, { activation: 'sigmoid-logits' }],
    ['ends in sigmoid', { end: 'sigmoid' }, { activation: 'sigmoid' }],
    ['takes and gives channels last', { layout: 'nhwc' }, { layout: 'nhwc' }],
    ['takes channels last and gives them first', { layout: 'nhwc', outputLayout: 'nchw' }, { layout: 'nhwc' }],
    ['takes and gives channels last, told nowhere', { layout: 'nhwc', undeclared: true }, { layout: 'nhwc' }],
    ['takes and gives channels last, upsampled', { layout: 'nhwc', stride: 1, resize: 'sizes' }, { layout: 'nhwc' }],
    ['takes half', { input: 'float16' }, {}],
    ['gives half', { output: 'float16' }, {}],
    ['gives doubles', { output: 'float64' }, {}],
    ['takes bytes', { input: 'uint8' }, { bytes: true }],
    ['takes bytes, blue first', { input: 'uint8' }, { bytes: true, preprocessing: bgr() }],
    ['takes blue first', {}, { preprocessing: bgr() }],
    ['gives ids as int64', { end: 'argmax' }, { activation: 'ids' }],
    ['gives ids as int32, with an axis for them', { end: 'argmax-4', output: 'int32' }, { activation: 'ids' }],
    ['gives ids as uint8', { end: 'argmax', output: 'uint8' }, { activation: 'ids' }],
    [
      'gives ids as float32, channels last',
      { end: 'argmax-4', output: 'float32', layout: 'nhwc' },
      { activation: 'ids', layout: 'nhwc' },
    ],
    ['has another output before it', { auxiliary: true }, { output: 'output' }],
  ])('that %s is what plain arithmetic gives', async (_, model, others) => {
    const tta = { ...settings.tta, multiply: others.bytes ? [1.3] : [], add: others.bytes ? [-20] : [] };
    const expected = await referencePlanes([member(1, model, others)], picture, { ...settings, tta });
    // Half precision is exact to three digits.
    const closeness = model.input === 'float16' || model.output === 'float16' ? { bytes: 2 } : {};
    expectClose(await runChain([member(1, model, others)], picture, { ...settings, tta }), expected, closeness);
    expectClose(await runAsWindow([member(1, model, others)], picture, { ...settings, tta }), expected, closeness);
  });

  it.each<[string, Partial<ConvolutionModel>, Others]>([
    ['logits', {}, { activation: 'logits' }],
    ['logits of a sigmoid', {}, { activation: 'sigmoid-logits' }],
    ['a sigmoid', { end: 'sigmoid' }, { activation: 'sigmoid' }],
    ['logits, upsampled', { stride: 1, resize: 'sizes' }, { activation: 'logits' }],
    ['logits, channels last', { layout: 'nhwc' }, { activation: 'logits', layout: 'nhwc' }],
  ])('of one channel tells two classes apart: %s', async (_, model, others) => {
    const binary = member(1, { ...model, classes: 1 }, others);
    const two = { ...picture, given: picture.given && picture.given.map((k) => (k < K ? k % 2 : k)) };
    const expected = await referencePlanes([binary], two, { classes: 2, tta: NAMED_TTA.hflip });
    expectClose(await runChain([binary], two, { classes: 2, tta: NAMED_TTA.hflip }), expected);
  });

  it('brings each pass to the multiple it takes', async () => {
    const members = [member(1, {}, { multiple: 8 })];
    const tta = { ...NO_TTA, rot90: true, scales: [0.6] };
    const expected = await referencePlanes(members, picture, { classes: K, tta });
    const planes = ['confidence' as const, 'pGiven' as const];
    expectClose(await runChain(members, picture, { classes: K, tta }), expected, { planes });
  });

  it('that recognises nothing says so', async () => {
    // Sigmoids of what is far below 0.
    const preprocessing = { channels: 'rgb' as const, scale: 1e5, mean: [0, 0, 0], std: [1, 1, 1] };
    const found = await runChain([member(1, {}, { activation: 'sigmoid-logits', preprocessing })], picture, {
      classes: K,
    });
    expect(found.confidence.every((value) => value === 0 || value > 60)).toBe(true);
    expect(found.label.every((k, i) => found.confidence[i] > 0 || k === 0)).toBe(true);
  });
});

function bgr() {
  return { channels: 'bgr' as const, scale: 1 / 255, mean: [0.4, 0.45, 0.48], std: [0.22, 0.23, 0.24] };
}
