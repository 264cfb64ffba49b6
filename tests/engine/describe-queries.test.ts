import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { encodeModel } from '../../main/engine/onnx/proto.ts';
import { readModel } from '../../main/engine/onnx/read.ts';
import { makeTemporary } from '../support/dataset.ts';
import { exported, write, type Export } from '../support/exports.ts';
import { load } from '../support/ort.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

const [QUERIES, LABELS, HEIGHT, WIDTH] = [5, 4, 3, 2];

/** Ports as optimum-onnx 0.1 exports MaskFormer; queries depend on the picture through its sum alone. */
const model: Export = {
  classes: QUERIES,
  input: { name: 'pixel_values', shape: ['batch_size', 'num_channels', 'height', 'width'] },
  outputs: [
    {
      name: 'class_queries_logits',
      shape: ['batch_size', 'num_queries', LABELS],
      head: (graph, logits) => {
        const sum = graph.squeeze(graph.reduce('ReduceMean', logits, [2, 3]), [3]);
        const weights = graph.float(Array.from({ length: LABELS }, (_, k) => 3 * k - 2));
        return graph.add('Mul', [sum, weights]);
      },
    },
    { name: 'masks_queries_logits', shape: ['batch_size', 'num_queries', 'height', 'width'] },
    { name: 'transformer_decoder_last_hidden_state', shape: ['batch_size', 'num_queries', 256] },
  ],
};

it('masks of queries become scores of classes, as post_process_semantic_segmentation sums them', async () => {
  const file = await write(join(folder, 'model.onnx'), exported(model));
  const [info] = await describeModels([file]);
  expect(info).toMatchObject({ problem: null, output: 'semantic', classes: LABELS - 1, activation: 'sigmoid' });
  const data = Float32Array.from({ length: 3 * HEIGHT * WIDTH }, (_, i) => Math.sin(i));
  const feeds = { pixel_values: { type: 'float32' as const, data, dims: [1, 3, HEIGHT, WIDTH] } };
  const [plain, composed] = await Promise.all(
    [exported(model), encodeModel(await readModel(file))].map((one) => load(one, 'cpu')),
  );
  const given = await plain.run(feeds);
  const { semantic } = await composed.run(feeds);
  expect(semantic.dims).toEqual([1, LABELS - 1, HEIGHT, WIDTH]);
  const classes = Array.from(given.class_queries_logits.data as Float32Array);
  const masks = Array.from(given.masks_queries_logits.data as Float32Array);
  for (let k = 0; k < LABELS - 1; k++)
    for (let pixel = 0; pixel < HEIGHT * WIDTH; pixel++) {
      let sum = 0;
      for (let q = 0; q < QUERIES; q++) {
        const powers = classes.slice(q * LABELS, (q + 1) * LABELS).map(Math.exp);
        const share = powers[k] / powers.reduce((a, b) => a + b);
        sum += share / (1 + Math.exp(-masks[q * HEIGHT * WIDTH + pixel]));
      }
      expect(semantic.data[k * HEIGHT * WIDTH + pixel]).toBeCloseTo(sum, 5);
    }
  await Promise.all([plain.release(), composed.release()]);
});
