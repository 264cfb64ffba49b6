import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NO_TTA } from '../../common/ensemble.ts';
import { splitPlanes } from '../../common/planes.ts';
import { memberOf } from '../../main/engine/inference/member.ts';
import { Sessions } from '../../main/engine/inference/sessions.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { makeTemporary } from '../support/dataset.ts';
import { DYNAMIC, exported, weightOf, write, type Export, type Head, type Port } from '../support/exports.ts';
import { load } from '../support/ort.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

const [WIDTH, HEIGHT] = [27, 18];
/** Squares of 9 pixels, so that a network of stride 9 sees one colour at a time, and upsampled has its values in their centres. */
const STRIDE = 9;
const PICTURE = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)];
  return (97 * (Math.floor(x / STRIDE) + 3 * Math.floor(y / STRIDE)) * ((i % 3) + 1) + 41 * (i % 3)) % 256;
});

/** What the convolution of exports.ts says of a pixel prepared with ImageNet's mean and standard deviation. */
function logitsAt(pixel: number, classes: number): number[] {
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];
  return Array.from({ length: classes }, (_, k) =>
    [0, 1, 2].reduce((sum, c) => sum + (weightOf(3 * k + c) * (PICTURE[3 * pixel + c] / 255 - mean[c])) / std[c], 0),
  );
}

function labelAt(pixel: number, classes: number): number {
  const logits = logitsAt(pixel, classes);
  return classes === 1 ? Number(logits[0] > 0) : logits.indexOf(Math.max(...logits));
}

async function labelsOf(file: string): Promise<number[]> {
  const [info] = await describeModels([file]);
  expect(info.problem).toBeNull();
  const classes = Array.from({ length: info.classes ?? 0 }, (_, id) => ({ id, name: String(id), color: '#000000' }));
  const plan = {
    members: [memberOf(info, undefined)],
    classMap: { classes, ignore: 255 },
    tta: NO_TTA,
    merge: 'mean',
    window: null,
  };
  const sessions = new Sessions(plan as ConstructorParameters<typeof Sessions>[0], 'cpu', load, () => undefined);
  const size = { width: WIDTH, height: HEIGHT };
  const { planes } = await sessions.run({ members: [0], size }, { ...size, rgb: PICTURE.slice(), given: null });
  await sessions.release();
  return Array.from(splitPlanes(planes, WIDTH, HEIGHT).label);
}

const MAP = ['batch', 4, 'height', 'width'];
const ONE = ['batch', 1, 'height', 'width'];
const sigmoid: Head = (graph, logits) => graph.add('Sigmoid', [logits]);
const argmax =
  (keepdims: 0 | 1): Head =>
  (graph, logits) =>
    graph.add('ArgMax', [logits], { axis: 1, keepdims });
const last = (graph: Parameters<Head>[0], value: string) => graph.add('Transpose', [value], { perm: [0, 2, 3, 1] });
const first: Export['entrance'] = (graph, input) => graph.add('Transpose', [input], { perm: [0, 3, 1, 2] });
const pooled: Head = (graph, logits) =>
  graph.add('AveragePool', [logits], { kernel_shape: [STRIDE, STRIDE], strides: [STRIDE, STRIDE] });
/** The convolution before it takes float32, the output after it is float32. */
const half: Export['entrance'] = (graph, input) => graph.cast(input, 'float32');
const NORMALIZED: Export['entrance'] = (graph, input) => {
  const unit = graph.add('Div', [graph.cast(first(graph, input), 'float32'), graph.float(255)]);
  const centred = graph.add('Sub', [unit, graph.float([0.485, 0.456, 0.406], [1, 3, 1, 1])]);
  return graph.add('Div', [centred, graph.float([0.229, 0.224, 0.225], [1, 3, 1, 1])]);
};

const CASES: [string, Omit<Export, 'outputs'>, Port & { head?: Head }][] = [
  ['logits', {}, { name: 'y', shape: MAP }],
  ['log softmax', {}, { name: 'y', shape: MAP, head: (g, l) => g.add('LogSoftmax', [l], { axis: 1 }) }],
  ['softmax', {}, { name: 'y', shape: MAP, head: (g, l) => g.add('Softmax', [l], { axis: 1 }) }],
  ['a sigmoid each', {}, { name: 'y', shape: MAP, head: sigmoid }],
  ['one logit', { classes: 1 }, { name: 'y', shape: ONE }],
  ['one sigmoid', { classes: 1 }, { name: 'y', shape: ONE, head: sigmoid }],
  [
    'one sigmoid without channels',
    { classes: 1 },
    { name: 'y', shape: ['b', 'height', 'width'], head: (g, l, p) => g.squeeze(sigmoid(g, l, p), [1]) },
  ],
  ['ids of rank 4', {}, { name: 'y', type: 'int64', shape: ONE, head: argmax(1) }],
  ['ids of rank 3', {}, { name: 'y', type: 'int64', shape: ['b', 'height', 'width'], head: argmax(0) }],
  [
    'ids as bytes',
    {},
    {
      name: 'y',
      type: 'uint8',
      shape: ['b', 'height', 'width'],
      head: (g, l, p) => g.cast(argmax(0)(g, l, p), 'uint8'),
    },
  ],
  [
    'a threshold',
    { classes: 1 },
    { name: 'y', type: 'bool', shape: ONE, head: (g, l) => g.add('Greater', [l, g.float(0)]) },
  ],
  [
    'N×H×W×C',
    { input: { name: 'x', shape: ['b', 'h', 'w', 3] }, entrance: first },
    { name: 'y', shape: ['b', 'h', 'w', 4], head: (g, l) => g.add('Softmax', [last(g, l)], { axis: -1 }) },
  ],
  [
    'bytes that it prepares itself',
    { input: { name: 'x', type: 'uint8', shape: ['b', 'h', 'w', 3] }, entrance: NORMALIZED },
    { name: 'y', type: 'int64', shape: ['b', 'h', 'w'], head: argmax(0) },
  ],
  [
    'float16',
    { input: { name: 'x', type: 'float16', shape: DYNAMIC }, entrance: half },
    { name: 'y', type: 'float16', shape: MAP, head: (g, l) => g.cast(l, 'float16') },
  ],
  ['a fixed size', { input: { name: 'x', shape: [1, 3, HEIGHT, WIDTH] } }, { name: 'y', shape: [1, 4, HEIGHT, WIDTH] }],
  ['stride 9', {}, { name: 'y', shape: ['batch', 4, 'h', 'w'], head: pooled }],
  [
    'stride 9 under the names of the full size, as optimum-onnx 0.1 writes it',
    { input: { name: 'pixel_values', shape: ['batch_size', 'num_channels', 'height', 'width'] } },
    { name: 'logits', shape: ['batch_size', 'num_labels', 'height', 'width'], head: pooled },
  ],
];

it.each(CASES)('the same labels come out, however it is exported: %s', async (name, options, output) => {
  const file = join(folder, `${CASES.findIndex(([one]) => one === name)}.onnx`);
  const labels = await labelsOf(await write(file, exported({ ...options, outputs: [output] })));
  const isCentre = (i: number) => (i % WIDTH) % STRIDE === 4 && Math.floor(i / WIDTH) % STRIDE === 4;
  const pixels = labels.map((_, i) => i).filter((i) => !name.startsWith('stride') || isCentre(i));
  expect(pixels.map((i) => labels[i])).toEqual(pixels.map((i) => labelAt(i, options.classes ?? 4)));
  expect(new Set(labels).size).toBeGreaterThan(1);
});
