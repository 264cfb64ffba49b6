import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelInfo } from '../../common/scan.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { makeTemporary } from '../support/dataset.ts';
import { DYNAMIC, exported, write, type Export, type Head } from '../support/exports.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

let count = 0;
async function describeOne(options: Export): Promise<ModelInfo> {
  const file = await write(join(folder, `model${count++}.onnx`), exported(options));
  return (await describeModels([file]))[0];
}

const MAP = ['batch', 4, 'height', 'width'];
const softmax: Head = (graph, logits) => graph.add('Softmax', [logits], { axis: 1 });
const sigmoid: Head = (graph, logits) => graph.add('Sigmoid', [logits]);
const argmax =
  (keepdims: 0 | 1): Head =>
  (graph, logits) =>
    graph.add('ArgMax', [logits], { axis: 1, keepdims });
const toLast = (head: Head): Head => {
  return (graph, logits, picture) => graph.add('Transpose', [head(graph, logits, picture)], { perm: [0, 2, 3, 1] });
};
const small: Head = (graph, logits) =>
  graph.add('AveragePool', [logits], { kernel_shape: [8, 8], strides: [8, 8], ceil_mode: 1 });

describe('what an output holds', () => {
  const cases: [string, Omit<Export, 'outputs'> & { head?: Head }, (number | string)[], Partial<ModelInfo>][] = [
    ['logits', {}, MAP, { activation: 'logits', classes: 4 }],
    ['softmax', { head: softmax }, MAP, { activation: 'probabilities' }],
    [
      'softmax, then cast and cut',
      { head: (g, l, p) => g.slice(g.cast(softmax(g, l, p), 'float32'), 2, 0, 8) },
      MAP,
      { activation: 'probabilities' },
    ],
    [
      'log softmax, which softmax takes back',
      { head: (g, l) => g.add('LogSoftmax', [l], { axis: 1 }) },
      MAP,
      { activation: 'logits' },
    ],
    [
      'softmax in parts',
      {
        head: (g, l) => {
          const powers = g.add('Exp', [l]);
          return g.add('Div', [powers, g.reduce('ReduceSum', powers, [1])]);
        },
      },
      MAP,
      { activation: 'probabilities' },
    ],
    ['a sigmoid for each class', { head: sigmoid }, MAP, { activation: 'sigmoid', classes: 4 }],
    [
      'one sigmoid',
      { head: sigmoid, classes: 1 },
      ['batch', 1, 'height', 'width'],
      { activation: 'sigmoid', classes: 2 },
    ],
    ['one logit', { classes: 1 }, ['batch', 1, 'height', 'width'], { activation: 'sigmoid-logits', classes: 2 }],
    [
      'one logit, undeclared',
      { classes: 1 },
      ['batch', 'K', 'height', 'width'],
      { activation: 'sigmoid-logits', classes: 2 },
    ],
    ['two logits', { classes: 2 }, ['batch', 2, 'height', 'width'], { activation: 'logits', classes: 2 }],
    ['300 classes', { classes: 300 }, ['batch', '?', 'h', 'w'], { activation: 'logits', classes: 300 }],
    ['a smaller map', { head: small }, ['batch', 4, 'h', 'w'], { activation: 'logits', classes: 4 }],
    [
      'softmax, channels last',
      { head: toLast(softmax) },
      ['batch', 'height', 'width', 4],
      { activation: 'probabilities', classes: 4 },
    ],
    [
      'channels last, undeclared',
      { head: toLast(softmax) },
      ['batch', 'height', 'width', 'K'],
      { activation: 'probabilities', classes: 4 },
    ],
    ['sizes written as −1', {}, [-1, 4, -1, -1], { activation: 'logits', classes: 4 }],
  ];
  it.each(cases)('%s', async (_, { head, ...options }, shape, expected) => {
    expect(await describeOne({ ...options, outputs: [{ name: 'output', shape, head }] })).toMatchObject({
      ...expected,
      problem: null,
    });
  });

  it.each([
    ['rank 4', 1, ['batch', 1, 'height', 'width'], 'int64'],
    ['rank 3', 0, ['batch', 'height', 'width'], 'int64'],
    ['float32', 1, ['batch', 1, 'height', 'width'], 'float32'],
  ] as const)('ids of %s, among the classes of what they were chosen from', async (_, keepdims, shape, type) => {
    const head: Head = (graph, ...values) => graph.cast(argmax(keepdims)(graph, ...values), type);
    const info = await describeOne({ outputs: [{ name: 'output', type, shape: [...shape], head }] });
    expect(info).toMatchObject({ activation: 'ids', classes: 4, problem: null });
  });

  it('a threshold is a choice between two classes', async () => {
    const head: Head = (g, ...values) => g.cast(g.add('Greater', [sigmoid(g, ...values), g.float(0.5)]), 'float32');
    const shape = ['batch', 1, 'height', 'width'];
    expect(await describeOne({ classes: 1, outputs: [{ name: 'mask', shape, head }] })).toMatchObject({
      activation: 'ids',
      classes: 2,
    });
  });
});

describe('the main output among several', () => {
  const choose = async (...outputs: Export['outputs']) => (await describeOne({ outputs })).output;
  it('is none called auxiliary, even in front', async () => {
    expect(await choose({ name: 'aux', shape: MAP }, { name: 'out', shape: MAP })).toBe('out');
  });
  it('is the larger map, or the first of the same', async () => {
    const input = { name: 'input', shape: [1, 3, 64, 96] };
    const low = { name: '101', shape: [1, 4, 8, 12], head: small };
    const full = { name: '205', shape: [1, 4, 64, 96] };
    expect((await describeOne({ input, outputs: [low, full, { ...full, name: '207' }] })).output).toBe('205');
  });
  it('tells more than the likeliest class, and more than a boundary or a confidence', async () => {
    const ids: Export['outputs'][0] = {
      name: 'ids',
      type: 'int64',
      shape: ['batch', 'height', 'width'],
      head: argmax(0),
    };
    const sure: Export['outputs'][0] = {
      name: 'sure',
      shape: ['batch', 'height', 'width'],
      head: (graph, logits) => graph.squeeze(graph.reduce('ReduceMax', logits, [1]), [1]),
    };
    expect(await choose(ids, { name: 'p', shape: MAP })).toBe('p');
    expect(await choose(sure, ids)).toBe('ids');
  });
});

describe('how a picture goes in', () => {
  const outputs = [{ name: 'output', shape: MAP }];
  const turn: Export['entrance'] = (graph, input) => graph.add('Transpose', [input], { perm: [0, 3, 1, 2] });
  it.each([
    ['N×3×H×W', DYNAMIC, undefined, 'nchw'],
    ['N×H×W×3', ['batch', 'height', 'width', 3], turn, 'nhwc'],
    ['N×C×H×W with names only', ['batch_size', 'num_channels', 'height', 'width'], undefined, 'nchw'],
    ['N×H×W×C with names only', ['n', 'h', 'w', 'k'], turn, 'nhwc'],
    ['a picture 3 pixels wide', [1, 3, 8, 3], undefined, 'nchw'],
  ] as const)('%s', async (_, shape, entrance, layout) => {
    const info = await describeOne({ input: { name: 'input', shape: [...shape] }, entrance, outputs });
    expect(info).toMatchObject({ layout, problem: null });
  });

  it('knows the one size a network takes, and the divisor of any', async () => {
    const sized = async (...shape: (number | string)[]) => describeOne({ input: { name: 'x', shape }, outputs });
    expect(await sized(1, 3, 64, 96)).toMatchObject({ size: { width: 96, height: 64 }, multiple: 1 });
    expect(await sized(...DYNAMIC)).toMatchObject({ size: null, multiple: 1 });
    expect(await sized('s0', 3, '32*h', '32*w')).toMatchObject({ size: null, multiple: 32 });
  });

  const prepared = async (entrance: Export['entrance'], type?: 'uint8') =>
    (await describeOne({ input: { name: 'input', type, shape: DYNAMIC }, entrance, outputs })).preprocessing;
  const constants = (...values: number[]) => [values, [1, 3, 1, 1]] as const;
  it('sees where a network prepares pictures itself, from bytes or from 0..1', async () => {
    const [bytes, unit] = [1, 1 / 255].map((scale) => ({ channels: 'rgb', scale, mean: [0, 0, 0], std: [1, 1, 1] }));
    const normalize =
      (mean: number[], std: number[]): Export['entrance'] =>
      (g, x) =>
        g.add('Div', [g.add('Sub', [x, g.float(...constants(...mean))]), g.float(...constants(...std))]);
    expect(await prepared(normalize([123.675, 116.28, 103.53], [58.395, 57.12, 57.375]))).toEqual(bytes);
    expect(await prepared(normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))).toEqual(unit);
    expect(await prepared((g, x) => g.add('Mul', [x, g.float(1 / 255)]))).toEqual(bytes);
    expect(await prepared((g, x) => g.add('Sub', [g.add('Mul', [x, g.float(2)]), g.float(1)]))).toEqual(unit);
    expect(await prepared((g, x) => g.add('Sub', [x, g.float(...constants(104, 117, 123))]))).toEqual(bytes);
    expect(await prepared((g, x) => g.cast(x, 'float32'), 'uint8')).toEqual(bytes);
  });

  it.each(['float32', 'float16', 'uint8'] as const)('as %s', async (type) => {
    const entrance: Export['entrance'] = (graph, input) => graph.cast(input, 'float32');
    expect((await describeOne({ input: { name: 'x', type, shape: DYNAMIC }, entrance, outputs })).problem).toBeNull();
  });

  it('says what cannot go in', async () => {
    const of = async (shape: (number | string)[], type?: 'int64') =>
      (await describeOne({ input: { name: 'x', type, shape }, outputs })).problem;
    expect(await of(DYNAMIC, 'int64')).toBe('Expected an input of float32, float16, uint8, found int64.');
    expect(await of(['b', 1, 'h', 'w'])).toContain('3 channels');
    expect(await of([8, 3, 64, 64])).toContain('for 1 picture');
  });
});
