import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import type { Tensor } from '../../main/engine/inference/sessions.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { opsetOf } from '../../main/engine/onnx/model.ts';
import { decodeModel, encodeModel, makeAttribute, makeGraph, makeTensor } from '../../main/engine/onnx/proto.ts';
import { readModel } from '../../main/engine/onnx/read.ts';
import { makeTemporary } from '../support/dataset.ts';
import { DYNAMIC, exported, write, type Head } from '../support/exports.ts';
import { load } from '../support/ort.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

const [WIDTH, HEIGHT] = [12, 10];
const data = Float32Array.from({ length: 3 * HEIGHT * WIDTH }, (_, i) => Math.sin(i * i));

let count = 0;
const fileOf = (opset: number, head: Head) =>
  write(
    join(folder, `${count++}.onnx`),
    exported({ opset, outputs: [{ name: 'output', shape: ['batch', 4, 'h', 'w'], head }] }),
  );

async function run(graph: Uint8Array) {
  const session = await load(graph, 'cpu');
  const { output } = await session.run({ input: { type: 'float32', data, dims: [1, 3, HEIGHT, WIDTH] } });
  await session.release();
  return output;
}

/** As it stands, by the runtime; and as Winnow reads it. */
async function bothOf(file: string) {
  const model = await readModel(file);
  return { opset: opsetOf(model), given: await run(await readFile(file)), raised: await run(encodeModel(model)) };
}

const differences = (some: Tensor['data'], others: Tensor['data']) =>
  Array.from(some as Float32Array, (value, i) => Math.abs(value - Number(others[i])));

function floats(graph: GraphBuilder, name: string, values: number[]): void {
  graph.nodes.at(-1)?.attribute.push(makeAttribute({ name, type: 6, floats: values }));
}

const upsample =
  (mode: string, by: number[]): Head =>
  (graph, logits) => {
    if (graph.opset >= 9) return graph.add('Upsample', [logits, graph.float([1, 1, ...by])], { mode });
    const value = graph.add('Upsample', [logits], { mode });
    floats(graph, 'scales', [1, 1, ...by]);
    return value;
  };
const resize =
  (mode: string, by: number[]): Head =>
  (graph, logits) =>
    graph.add('Resize', [logits, graph.float([1, 1, ...by])], { mode });
/** Half of the picture's size, and back by as much as the two sizes differ, as torch writes it. */
const toSize: Head = (graph, logits) => {
  const small = graph.add('MaxPool', [logits], { kernel_shape: [2, 2], strides: [2, 2] });
  const sizeOf = (value: string) =>
    graph.cast(graph.add('Slice', [graph.shape(value)], { axes: [0], starts: [2], ends: [2 ** 53] }), 'float32');
  const scales = graph.add('Concat', [graph.float([1, 1]), graph.add('Div', [sizeOf(logits), sizeOf(small)])], {
    axis: 0,
  });
  return graph.add('Upsample', [small, scales], { mode: 'nearest' });
};
const slice: Head = (graph, logits) => graph.add('Slice', [logits], { axes: [2, 3], starts: [1, -8], ends: [9, 1000] });
const clip: Head = (graph, logits) => graph.add('Clip', [logits], { min: { float: -0.5 }, max: { float: 0.25 } });
const below: Head = (graph, logits) => graph.add('Clip', [logits], { max: { float: 0.25 } });
const pad = (mode: string): Head => {
  return (graph, logits) => graph.add('Pad', [logits], { mode, pads: [0, 0, 1, 2, 0, 0, 3, 1], value: { float: 7 } });
};
const topK: Head = (graph, logits) => {
  const k = graph.opset >= 10 ? [graph.int64s([4])] : [];
  const values = graph.add('TopK', [logits, ...k], { axis: 1, ...(graph.opset < 10 && { k: 4 }) });
  graph.nodes.at(-1)?.output.push('places');
  return values;
};
const scatter: Head = (graph, logits) => {
  const at = graph.int64s([1], [1, 1, 1, 1]);
  return graph.add('Scatter', [logits, at, graph.float([9], [1, 1, 1, 1])], { axis: 2 });
};
const normalized: Head = (graph, logits) => {
  const rows = [[1, 2, 3, 4], [0, 1, 0, 1], [0, 0.1, 0.2, 0.3], [1, 1, 4, 9]].map((one) => graph.float(one)); // prettier-ignore
  return graph.add('BatchNormalization', [logits, ...rows], graph.opset < 9 ? { spatial: 1 } : {});
};

describe('a network of operators older than version 11', () => {
  it.each<[string, number, Head]>([
    ['Upsample by an attribute, nearest', 7, upsample('nearest', [2, 3])],
    ['Upsample by an attribute, linear', 8, upsample('linear', [2, 2])],
    ['Upsample, nearest', 9, upsample('nearest', [2, 1.5])],
    ['Upsample, linear', 9, upsample('linear', [2, 2.5])],
    ['Upsample to a size', 9, toSize],
    ['Resize, linear', 10, resize('linear', [2, 2])],
    ['Resize, linear, smaller', 10, resize('linear', [0.5, 0.7])],
    ['Resize, nearest', 10, resize('nearest', [2, 1.5])],
    ['Resize, nearest, smaller', 10, resize('nearest', [0.5, 0.3])],
    ['Slice', 9, slice],
    ['Clip', 7, clip],
    ['Clip', 10, clip],
    ['Clip at one end', 10, below],
    ['Pad, constant', 9, pad('constant')],
    ['Pad, reflect', 10, pad('reflect')],
    ['Pad, edge', 7, pad('edge')],
    ['TopK by an attribute', 9, topK],
    ['TopK', 10, topK],
    ['Scatter', 9, scatter],
    ['BatchNormalization', 7, normalized],
    ['BatchNormalization', 9, normalized],
  ])('gives the very same: %s, version %i', async (_, opset, head) => {
    const file = await fileOf(opset, head);
    const { opset: found, given, raised } = await bothOf(file);
    expect(found).toBe(11);
    expect(raised.dims).toEqual(given.dims);
    // Not bit by bit: onnxruntime's Upsample of version 8 rounds its weights otherwise than its Resize.
    const [most, values] = [Math.max(...differences(raised.data, given.data)), given.data as Float32Array];
    expect(most).toBeLessThan(1e-6);
    expect(new Set(values).size).toBeGreaterThan(10);
    expect((await describeModels([file]))[0].problem).toBeNull();
  });

  it('is raised inside of branches too', async () => {
    const inner = decodeModel(exported({ opset: 9, outputs: [{ name: 'output', shape: DYNAMIC, head: clip }] }));
    const model = decodeModel(exported({ opset: 9, outputs: [{ name: 'output', shape: DYNAMIC }] }));
    const [graph, within] = [model.graph, inner.graph];
    const node = graph?.node.at(-1);
    if (!graph || !within || !node) throw new Error('Expected graphs.');
    // A branch has no inputs: what it takes lies outside.
    const branch = makeGraph({ ...within, input: [], node: within.node.slice(1) });
    branch.node[0].input = [...node.input];
    graph.initializer.push(makeTensor({ name: 'yes', dataType: 9, rawData: Uint8Array.of(1) }));
    node.opType = 'If';
    node.input = ['yes'];
    node.attribute = ['then_branch', 'else_branch'].map((name) => makeAttribute({ name, type: 5, g: branch }));
    const file = await write(join(folder, 'branches.onnx'), encodeModel(model));
    const { given, raised } = await bothOf(file);
    expect(raised.data).toEqual(given.data);
    expect(Math.max(...(given.data as Float32Array))).toBe(0.25);
  });

  it('is refused where it cannot be said otherwise, and where nothing runs it', async () => {
    const placewise: Head = (graph, logits) => {
      const rows = [1, 2, 3, 4].map((one) => graph.float([one, one, one, one]));
      return graph.add('BatchNormalization', [logits, ...rows], { spatial: 0 });
    };
    const problemOf = async (opset: number, head: Head) =>
      (await describeModels([await fileOf(opset, head)]))[0].problem;
    expect(await problemOf(8, placewise)).toMatch(/^Expected operators .* found BatchNormalization .*spatial = 0/);
    const scan: Head = (graph, logits) => graph.add('Scan', [logits]);
    expect(await problemOf(8, scan)).toMatch(/^Expected operators .* found Scan in the form it had before version 9/);
    expect(await problemOf(9, scan)).toBeNull();
    expect(await problemOf(6, clip)).toBe('Expected ONNX operators of version 7 or later, found 6.');
  });
});
