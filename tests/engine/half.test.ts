import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { halveModel, type HalfOptions } from '../../main/engine/inference/checkpoints/halve.ts';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { halfOf } from '../../main/engine/onnx/weights/half.ts';
import { AttributeType, ElementType, elementName, type Model } from '../../main/engine/onnx/model.ts';
import {
  decodeModel,
  encodeModel,
  makeAttribute,
  makeGraph,
  makeModel,
  makeNode,
  makeValueInfo,
} from '../../main/engine/onnx/proto.ts';
import { COLORS } from '../support/dataset.ts';
import { makeJob, type Job } from '../support/job.ts';
import { pointwiseModel, writePointwiseModel } from '../support/onnx.ts';
import { runBare } from '../support/ort.ts';
import { noise } from '../support/random.ts';

const [WIDTH, HEIGHT] = [9, 6];
const random = noise(3);
const picture = Float32Array.from({ length: 3 * WIDTH * HEIGHT }, () => 4 * random() - 2);
/** 3×3×1×1 */
const weights = Array.from({ length: 9 }, () => random() - 0.5);

/** A network from `input` [1, 3, H, W] to `output`, float32. */
function network(build: (graph: GraphBuilder, input: string) => string): Model {
  const graph = new GraphBuilder(17);
  graph.add('Identity', [build(graph, 'input')], {}, 'output');
  const value = (name: string) =>
    makeValueInfo({
      name,
      type: {
        tensorType: {
          elemType: ElementType.float32,
          shape: {
            dim: ['n', name === 'input' ? 'c' : 'k', `${name} h`, `${name} w`].map((dimParam) => ({ dimParam })),
          },
        },
      },
    });
  return makeModel({
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      ...{ name: 'test', node: graph.nodes, initializer: graph.initializers },
      ...{ input: [value('input')], output: [value('output')] },
    },
  });
}

const conv = (graph: GraphBuilder, input: string, factor = 1) =>
  graph.add(
    'Conv',
    [
      input,
      graph.float(
        weights.map((w) => w * factor),
        [3, 3, 1, 1],
      ),
    ],
    { kernel_shape: [1, 1] },
  );

const run = async (model: Model, pixels = picture, width = WIDTH, height = HEIGHT) =>
  runBare(encodeModel(model), pixels, width, height);
const values = async (model: Model) => [...((await run(model)).data as Float32Array)];

/** Largest difference, as a share of the largest value. */
async function error(model: Model): Promise<number> {
  const [before, after] = [await values(model), await values(halfOf(model).model)];
  expect(after).toHaveLength(before.length);
  expect(after.every((value) => Number.isFinite(value))).toBe(true);
  const largest = Math.max(...before.map(Math.abs));
  return Math.max(...before.map((value, i) => Math.abs(value - after[i]))) / largest;
}

/** Element types of all weights. */
const types = ({ graph }: Model) => graph?.initializer.map(({ dataType }) => elementName(dataType)) ?? [];
const operators = ({ graph }: Model) => graph?.node.map(({ opType }) => opType) ?? [];

describe('a network in float16', () => {
  it('gives what it gave to a thousandth, with float32 at its edges, in half the file', async () => {
    const file = pointwiseModel({ classes: Array.from({ length: 1000 }, (_, i) => [i % 256, (7 * i) % 256, 40]) });
    const { model, halved, single } = halfOf(decodeModel(file));
    const bytes = encodeModel(model);
    expect({ halved, single }).toEqual({ halved: 2, single: {} });
    expect(types(model)).toEqual(['float16', 'float16']);
    expect(operators(model)).toEqual(['Cast', 'Conv', 'Identity', 'Cast']);
    expect(bytes.length / file.length).toBeLessThan(0.55);
    expect((await run(model)).type).toBe('float32');
    expect(await error(decodeModel(file))).toBeLessThan(2e-3);
  });

  it('does float16 arithmetic: what float16 cannot tell apart is rounded', async () => {
    const model = network((graph, input) => {
      const large = graph.add('Add', [conv(graph, input, 0), graph.float(Array(3).fill(2048), [1, 3, 1, 1])]);
      return graph.add('Add', [large, graph.float(Array(3).fill(1), [1, 3, 1, 1])]);
    });
    expect(new Set(await values(model))).toEqual(new Set([2049]));
    expect(new Set(await values(halfOf(model).model))).toEqual(new Set([2048]));
  });

  it('keeps a sum over a map, an exponential and a Resize in float32', async () => {
    const model = network((graph, input) => {
      const wide = graph.resize(conv(graph, input), 3, graph.int64s([64, 64]));
      const mean = graph.reduce('ReduceMean', graph.add('Exp', [wide]), [2, 3]);
      return conv(graph, graph.add('Mul', [wide, mean]));
    });
    expect(halfOf(model).single).toEqual({ Resize: 1, Exp: 1, ReduceMean: 1 });
    expect(await error(model)).toBeLessThan(5e-3);
  });

  it('keeps a weight in both precisions where both are used', async () => {
    const model = network((graph, input) => {
      const factor = graph.float([0.1, 0.2, 0.3], [1, 3, 1, 1]);
      return graph.add('Mul', [graph.add('Mul', [conv(graph, input), factor]), graph.add('Exp', [factor])]);
    });
    expect(types(halfOf(model).model).sort()).toEqual(['float16', 'float16', 'float32']);
    expect(await error(model)).toBeLessThan(2e-3);
  });

  it('follows weights that are shared by way of an Identity', async () => {
    const model = network((graph, input) => {
      const shared = graph.float(weights, [3, 3, 1, 1]);
      const again = graph.add('Identity', [graph.add('Identity', [shared])]);
      const first = graph.add('Conv', [input, shared], { kernel_shape: [1, 1] });
      return graph.add('Conv', [first, again], { kernel_shape: [1, 1] });
    });
    const half = halfOf(model).model;
    expect(types(half)).toEqual(['float16']);
    expect(operators(half).filter((one) => one === 'Identity')).toHaveLength(1);
    expect(await error(model)).toBeLessThan(2e-3);
  });

  it('halves weights that Constant nodes hold', async () => {
    const model = network((graph, input) => {
      const dims = [3n, 3n, 1n, 1n];
      const rawData = new Uint8Array(Float32Array.from(weights).buffer);
      const t = { name: '', dims, dataType: ElementType.float32, rawData };
      const attribute = [makeAttribute({ name: 'value', type: AttributeType.tensor, t })];
      graph.nodes.push(makeNode({ opType: 'Constant', output: ['held'], attribute }));
      return graph.add('Conv', [input, 'held'], { kernel_shape: [1, 1] });
    });
    const half = halfOf(model).model;
    expect(types(half)).toEqual(['float16']);
    expect(operators(half)).not.toContain('Constant');
    expect(await error(model)).toBeLessThan(2e-3);
  });

  it('leaves what is computed from sizes as it is: 4099 is no float16', async () => {
    const model = network((graph, input) => {
      const sizes = graph.cast(graph.sizeOf(input, 2), 'float32');
      const same = graph.cast(graph.add('Floor', [graph.add('Mul', [sizes, graph.float([1, 1])])]), 'int64');
      return graph.resize(conv(graph, input), 3, same);
    });
    const { dims } = await run(halfOf(model).model, new Float32Array(3 * 4099), 4099, 1);
    expect(dims).toEqual([1, 3, 1, 4099]);
  });

  it('keeps an ε that float16 would make 0', async () => {
    const model = network((graph, input) => {
      const zero = conv(graph, input, 0);
      return graph.add('Add', [
        graph.add('Div', [zero, graph.add('Add', [zero, graph.float(1e-12)])]),
        conv(graph, input),
      ]);
    });
    expect(await error(model)).toBeLessThan(2e-3);
  });

  it('counts weights that are too large and too small', () => {
    const model = network((graph, input) =>
      graph.add('Mul', [conv(graph, input), graph.float([1e6, 1e-9, 1], [1, 3, 1, 1])]),
    );
    const { clamped, flushed } = halfOf(model);
    expect({ clamped, flushed }).toEqual({ clamped: 1, flushed: 1 });
  });

  it('leaves subgraphs in float32, and gives them float32', async () => {
    const model = network((graph, input) => {
      const outside = conv(graph, input);
      const branch = (opType: string) =>
        makeAttribute({
          name: `${opType === 'Exp' ? 'then' : 'else'}_branch`,
          type: AttributeType.graph,
          g: makeGraph({
            name: opType,
            node: [makeNode({ opType, input: [outside], output: [`${opType} out`] })],
            output: [makeValueInfo({ name: `${opType} out`, type: { tensorType: { elemType: 1 } } })],
          }),
        });
      const yes = graph.add('Greater', [graph.float(1), graph.float(0)]);
      const attribute = [branch('Exp'), branch('Neg')];
      graph.nodes.push(makeNode({ opType: 'If', input: [yes], output: ['chosen'], attribute }));
      return graph.add('Add', ['chosen', outside]);
    });
    expect(await error(model)).toBeLessThan(2e-3);
  });

  it('has nothing to do where nothing is in float32', () => {
    const { model } = halfOf(decodeModel(pointwiseModel({ classes: COLORS })));
    expect(() => halfOf(model)).toThrow(/found none/);
  });

  it('takes a network with BatchNormalization, a global pooling and a Resize', async () => {
    const file = resolve(import.meta.dirname, '..', 'fixtures', 'update-bn', 'epoch1.onnx');
    const model = decodeModel(readFileSync(file));
    expect(halfOf(model).single).toEqual({ BatchNormalization: 4, GlobalAveragePool: 1, Resize: 1 });
    expect(await error(model)).toBeLessThan(2e-3);
  });
});

describe('a file in float16', () => {
  let job: Job;
  let base: Omit<HalfOptions, 'file' | 'out'>;
  beforeAll(async () => {
    job = await makeJob();
    const workerFile = resolve(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');
    base = { dataset: await openDataset(job.folder), pictures: 8, force: false, workerFile };
  });
  afterAll(() => job?.remove());
  const at = (name: string) => join(job.place, name);

  it('labels as the one it was made of, and is described like it', async () => {
    const found = await halveModel({ ...base, file: join(job.models, 'fold1.onnx'), out: at('half.onnx') });
    expect(found).toMatchObject({ agreement: { samples: 8 }, findings: [] });
    expect(found.agreement?.share).toBeGreaterThan(0.999);
    expect((await describeModels([at('half.onnx')]))[0]).toMatchObject({ fold: 1, classes: 4, problem: null });
  });

  it('is not written where it labels otherwise, unless it is told to', async () => {
    const file = await writePointwiseModel(at('sharp.onnx'), { classes: COLORS, sharpness: 1e6 });
    await expect(halveModel({ ...base, file, out: at('no.onnx') })).rejects.toThrow(/nothing was written/);
    await expect(stat(at('no.onnx'))).rejects.toThrow();
    const found = await halveModel({ ...base, file, out: at('no.onnx'), force: true });
    expect(found.clamped).toBeGreaterThan(0);
    expect(found.agreement?.share).toBeLessThan(0.999);
  });

  it('is never written over itself', async () => {
    const file = join(job.models, 'fold0.onnx');
    await expect(halveModel({ ...base, file, out: file })).rejects.toThrow(/itself/);
  });
});
