import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Tensor as RunTensor } from '../../main/engine/inference/sessions.ts';
import { withStatistics, type BatchStatistics } from '../../main/engine/onnx/weights/batch-norm.ts';
import { compileStatistics, Statistic } from '../../main/engine/onnx/weights/batch-statistics.ts';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { elementsOf, readFloats, withFloats } from '../../main/engine/onnx/weights/floats.ts';
import { addWhileBetter } from '../../main/engine/onnx/weights/greedy.ts';
import { ElementType, type Model } from '../../main/engine/onnx/model.ts';
import { decodeModel, encodeModel } from '../../main/engine/onnx/proto.ts';
import { quantisedPart, Soup } from '../../main/engine/onnx/weights/soup.ts';
import { changed, tensorsOf, withTensors } from '../../main/engine/onnx/weights/weights.ts';
import { COLORS } from '../support/dataset.ts';
import { pointwiseModel } from '../support/onnx.ts';
import { load, runBare } from '../support/ort.ts';
import { noise } from '../support/random.ts';

const root = resolve(import.meta.dirname, '..', '..');
/** See make.py there. */
const fixture = (file: string) => join(root, 'tests', 'fixtures', 'update-bn', file);
const checkpoints = [1, 2, 3].map((n) => decodeModel(readFileSync(fixture(`epoch${n}.onnx`))));
const truth = JSON.parse(readFileSync(fixture('truth.json'), 'utf8')) as {
  tensors: Record<string, number[]>;
  logits: number[];
};
const [WIDTH, HEIGHT] = [14, 10];
const BATCHES = [
  [0, 2, 4],
  [1, 3],
];

const soupOf = ([first, ...others]: Model[]) =>
  others.reduce((soup, model) => {
    expect(soup.refusal(model)).toBeNull();
    return soup.with(model);
  }, Soup.of(first));
const floats = (model: Model, name: string) => {
  const tensor = model.graph && tensorsOf(model.graph).get(name);
  if (!tensor) throw new Error(`Expected ${name}.`);
  return [...readFloats(tensor)];
};
const near = (found: readonly number[], expected: readonly number[], tolerance: number) => {
  expect(found).toHaveLength(expected.length);
  const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i]) / (1 + Math.abs(expected[i]))));
  expect(worst).toBeLessThan(tolerance);
};
const picture = (n: number): Uint8Array =>
  Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) =>
    Math.floor(((i * 37 + n * 101 + Math.floor((i * i) / 7)) % 256) / (n < 2 ? 3 : 1)),
  );

describe('the average of weights', () => {
  it("is torch's AveragedModel", () => {
    const { model } = soupOf(checkpoints);
    const names = Object.keys(truth.tensors).filter((name) => !name.includes('running'));
    expect(names).toHaveLength(11);
    for (const name of names) near(floats(model, name), truth.tensors[name], 1e-6);
  });

  it('of a model with itself is the model, to the byte', () => {
    const file = readFileSync(fixture('epoch1.onnx'));
    const { model } = soupOf([checkpoints[0], checkpoints[0], checkpoints[0]]);
    expect(Buffer.from(encodeModel(model)).equals(file)).toBe(true);
  });

  it('does not depend on the order', () => {
    const [there, back] = [soupOf(checkpoints), soupOf([...checkpoints].reverse())];
    for (const name of Object.keys(truth.tensors)) near(floats(there.model, name), floats(back.model, name), 1e-7);
  });

  it('averages float16, rounded once', () => {
    const half = (value: number) => {
      const model = decodeModel(pointwiseModel({ classes: COLORS }));
      const tensors = [...tensorsOf(model.graph ?? never())].map(([name, tensor]) => {
        const halved = changed(tensor, { dataType: ElementType.float16 });
        return [name, withFloats(halved, new Float32Array(elementsOf(tensor)).fill(value))] as const;
      });
      return withTensors(model, new Map(tensors));
    };
    const { model } = soupOf([half(1), half(1 + 2 ** -10), half(1 + 2 ** -9)]);
    const [name] = tensorsOf(model.graph ?? never()).keys();
    expect(new Set(floats(model, name))).toEqual(new Set([1 + 2 ** -10]));
  });
});

function never(): never {
  throw new Error('Expected a graph.');
}

describe('BatchNormalization re-estimated', () => {
  it("has the statistics of torch's update_bn, also behind a global pooling and in a layer used twice", async () => {
    const found = await reEstimated();
    for (const [name, expected] of Object.entries(truth.tensors)) near(floats(found, name), expected, 1e-5);
  });

  it('gives what the network gives in torch', async () => {
    const bytes = encodeModel(await reEstimated());
    const [mean, std] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const planes = Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
      const channel = Math.floor(i / (WIDTH * HEIGHT));
      return (picture(0)[(i % (WIDTH * HEIGHT)) * 3 + channel] / 255 - mean[channel]) / std[channel];
    });
    near([...((await runBare(bytes, planes, WIDTH, HEIGHT)).data as Float32Array)], truth.logits, 2e-5);
  });

  it('refuses a batch of a single value a channel', () => {
    const one = { mean: [0], variance: [0], count: 1 };
    expect(() => withStatistics(checkpoints[0], [[one, one, one, one]])).toThrow(/more than one value/);
  });

  async function reEstimated(): Promise<Model> {
    const { model } = soupOf(checkpoints);
    const [info] = await describeModels([fixture('epoch1.onnx')]);
    const batches: BatchStatistics[][] = [];
    for (const batch of BATCHES) {
      const session = await load(compileStatistics(model, info, { batch: batch.length, multiple: 1 }), 'cpu');
      const feeds = batch.map((n, i): [string, RunTensor] => [
        Statistic.picture(i),
        { type: 'uint8', data: picture(n), dims: [1, HEIGHT, WIDTH, 3] },
      ]);
      const made = await session.run(Object.fromEntries(feeds));
      await session.release();
      batches.push(
        [0, 1, 2, 3].map((norm) => {
          const [pictures, , places] = made[Statistic.extent(norm)].data;
          const [mean, variance] = [Statistic.mean(norm), Statistic.variance(norm)].map(
            (name) => made[name].data as Float32Array,
          );
          return { mean, variance, count: Number(pictures) * Number(places) };
        }),
      );
    }
    return withStatistics(model, batches);
  }
});

describe('what is no average', () => {
  const random = noise(7);
  const scattered = (model: Model) =>
    withTensors(
      model,
      new Map(
        [...tensorsOf(model.graph ?? never())].map(([name, tensor]) => [
          name,
          tensor.dataType === 1
            ? withFloats(
                tensor,
                readFloats(tensor).map(() => random() - 0.5),
              )
            : tensor,
        ]),
      ),
    );

  it.each([
    ['weights of another run', () => scattered(checkpoints[0]), /no network/],
    ['another graph', () => decodeModel(pointwiseModel({ classes: COLORS })), /version 16, found 17/],
    ['other nodes', () => decodeModel(pointwiseModel({ classes: COLORS, opset: 16 })), /nodes, found/],
  ])('refuses %s', (_what, model, reason) => {
    expect(Soup.of(checkpoints[0]).refusal(model())).toMatch(reason);
  });

  it('refuses other shapes and attributes by name', () => {
    const soup = Soup.of(decodeModel(pointwiseModel({ classes: COLORS, stride: 2 })));
    const classes = decodeModel(pointwiseModel({ classes: COLORS.slice(1), stride: 2 }));
    expect(soup.refusal(classes)).toMatch(/float32 4×3×1×1 in \S+, found float32 3×3×1×1/);
    const stride = decodeModel(pointwiseModel({ classes: COLORS, stride: 4 }));
    expect(soup.refusal(stride)).toMatch(/AveragePool/);
  });

  it('knows quantised networks', () => {
    expect(quantisedPart(checkpoints[0])).toBeNull();
    const model = decodeModel(pointwiseModel({ classes: COLORS }));
    const [node] = model.graph?.node ?? never();
    node.opType = 'QLinearConv';
    expect(quantisedPart(model)).toMatch(/QLinearConv/);
  });
});

describe('the greedy soup', () => {
  it('keeps what raises the mIoU, best first, and never ends below the best', async () => {
    const rates: Record<string, number> = { b: 0.55, 'b,a': 0.7, 'b,a,c': 0.65, 'b,a,d': 0.71 };
    const tried: string[][] = [];
    const names = new Map<Soup, string[]>();
    const soup = (files: string[]): Soup => {
      const one = { with: (model: Model) => soup([...files, model as unknown as string]) } as unknown as Soup;
      names.set(one, files);
      return one;
    };
    const files = ['a', 'b', 'c', 'd'].map((file, i) => ({ file, miou: [0.5, 0.6, 0.4, 0.3][i] }));
    const best = await addWhileBetter(files, {
      start: (model) => soup([model as unknown as string]),
      read: (file) => Promise.resolve(file as unknown as Model),
      rate: (candidate) => {
        tried.push(names.get(candidate) ?? []);
        return Promise.resolve({ model: checkpoints[0], miou: rates[String(names.get(candidate))], estimatedFrom: 1 });
      },
    });
    expect(tried).toEqual([['b'], ['b', 'a'], ['b', 'a', 'c'], ['b', 'a', 'd']]);
    expect(best).toMatchObject({ files: ['b', 'a', 'd'], miou: 0.71 });
  });
});
