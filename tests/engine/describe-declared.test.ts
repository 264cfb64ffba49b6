import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { namesIn } from '../../main/engine/onnx/describe/declared/ultralytics.ts';
import { makeTemporary } from '../support/dataset.ts';
import { exported, write, type Export } from '../support/exports.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

let count = 0;
/** Describes the model `at` of a folder of its own with `files` in it, texts or JSON. */
async function describeAmong(files: Record<string, object | string>, model: Export, at = 'model.onnx') {
  const own = join(folder, `folder${count++}`);
  for (const [name, content] of Object.entries(files)) await write(join(own, name), content);
  await write(join(own, at), exported(model));
  return (await describeModels([join(own, at)]))[0];
}

const LOGITS: Export['outputs'][0] = { name: 'logits', shape: ['batch_size', 'num_labels', 'h', 'w'] };
const NAMES = ['wall', 'building', 'sky', 'floor'];

describe('Hugging Face folders', () => {
  const PIXELS = { name: 'pixel_values', shape: ['batch_size', 'num_channels', 'height', 'width'] };
  const model: Export = { input: PIXELS, outputs: [LOGITS] };
  /** As save_pretrained writes them (transformers 5.23, SegformerForSemanticSegmentation and SegformerImageProcessor). */
  const config = {
    architectures: ['SegformerForSemanticSegmentation'],
    model_type: 'segformer',
    id2label: Object.fromEntries(NAMES.map((name, i) => [String(i), name])),
    label2id: Object.fromEntries(NAMES.map((name, i) => [name, i])),
    transformers_version: '4.57.1',
  };
  const processor = {
    do_normalize: true,
    do_reduce_labels: true,
    do_rescale: true,
    do_resize: true,
    image_mean: [0.485, 0.456, 0.406],
    image_processor_type: 'SegformerImageProcessor',
    image_std: [0.229, 0.224, 0.225],
    resample: 2,
    rescale_factor: 0.00392156862745098,
    size: { height: 512, width: 512 },
  };

  it('tell names, preparation, size and what became of id 0', async () => {
    const info = await describeAmong({ 'config.json': config, 'preprocessor_config.json': processor }, model);
    expect(info).toMatchObject({
      problem: null,
      classes: 4,
      classNames: NAMES,
      size: null,
      resize: { width: 512, height: 512 },
      preprocessing: { channels: 'rgb', mean: processor.image_mean, std: processor.image_std },
      activation: 'logits',
    });
    expect(info.preprocessing.scale).toBeCloseTo(1 / 255, 12);
    expect(info.declared).toBe(
      'Hugging Face (reduce_labels: id 0 of the masks is ignored, class k of the model is their id k + 1)',
    );
  });

  it('are found one folder up where the model lies in onnx, and by the folder itself', async () => {
    const files = { 'config.json': config, 'preprocessor_config.json': processor };
    const info = await describeAmong(files, model, 'onnx/model.onnx');
    expect(info.classNames).toEqual(NAMES);
    await write(join(info.file, '../model_quantized.onnx'), exported(model));
    const [found, ...others] = await describeModels([join(info.file, '../..')]);
    expect(found.file).toBe(info.file);
    expect(others).toEqual([]);
  });

  const preparedBy = async (change: object) =>
    (await describeAmong({ 'preprocessor_config.json': { ...processor, ...change } }, model)).preprocessing;
  it('say what is left out: no rescaling, no normalisation, turned channels, the usual of a kind', async () => {
    expect(await preparedBy({ do_rescale: false })).toMatchObject({ scale: 1, mean: processor.image_mean });
    expect(await preparedBy({ do_normalize: false })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
    const unwritten = { do_normalize: undefined, image_mean: undefined, image_std: undefined };
    const mobile = { ...unwritten, image_processor_type: 'MobileViTImageProcessor', do_flip_channel_order: true };
    expect(await preparedBy(mobile)).toMatchObject({ channels: 'bgr', mean: [0, 0, 0], std: [1, 1, 1] });
    const beit = { image_mean: undefined, image_std: undefined, image_processor_type: 'BeitImageProcessor' };
    expect(await preparedBy(beit)).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  });

  it('are read as they were written before 4.24, and where sizes are others', async () => {
    const { do_reduce_labels: _, image_processor_type: __, ...rest } = processor;
    const old = { ...rest, feature_extractor_type: 'SegformerFeatureExtractor', reduce_labels: true, size: 640 };
    const info = await describeAmong({ 'preprocessor_config.json': old }, model);
    expect(info.resize).toEqual({ width: 640, height: 640 });
    expect(info.declared).toContain('reduce_labels');
    const sized = async (change: object) =>
      (await describeAmong({ 'preprocessor_config.json': { ...processor, ...change } }, model)).resize;
    expect(await sized({ size: { shortest_edge: 544 } })).toBeNull();
    expect(await sized({ do_resize: false })).toBeNull();
  });

  it('do not overrule the size a network is made for, nor bring names that are not as many as its classes', async () => {
    const fixed = { ...model, input: { ...PIXELS, shape: [1, 3, 64, 96] } };
    const files = { 'config.json': { ...config, id2label: { 0: 'a', 1: 'b' } }, 'preprocessor_config.json': processor };
    expect(await describeAmong(files, fixed)).toMatchObject({
      size: { width: 96, height: 64 },
      classes: 4,
      classNames: null,
    });
    const numbered = { ...config, id2label: Object.fromEntries(NAMES.map((_, i) => [i, `LABEL_${i}`])) };
    expect((await describeAmong({ 'config.json': numbered }, model)).classNames).toBeNull();
  });

  it('name what is no semantic segmentation, and say what is wrong with a file', async () => {
    const detector = { ...config, architectures: ['DetrForObjectDetection'] };
    expect((await describeAmong({ 'config.json': detector }, model)).problem).toContain(
      'an object detector (DetrForObjectDetection in config.json)',
    );
    expect((await describeAmong({ 'preprocessor_config.json': '{"image_mean": [1]}' }, model)).problem).toContain(
      'preprocessor_config.json',
    );
    expect((await describeAmong({ 'config.json': { learning_rate: 0.1 } }, model)).problem).toBeNull();
  });
});

describe('Ultralytics metadata', () => {
  /** As engine/exporter.py of Ultralytics 8.4 writes them: str() of each value. A -sem export gives ids. */
  const metadata = {
    description: 'Ultralytics YOLO26n-sem model trained on cityscapes.yaml',
    author: 'Ultralytics',
    version: '8.4.0',
    stride: '32',
    task: 'semantic',
    batch: '1',
    imgsz: '[64, 96]',
    names: `{0: 'road', 1: "driver's seat", 2: 'pole', 3: 'sky'}`,
    channels: '3',
  };
  const argmax: Export['outputs'][0] = {
    name: 'output0',
    type: 'uint8',
    shape: ['batch', 'height', 'width'],
    head: (graph, logits) => graph.cast(graph.add('ArgMax', [logits], { axis: 1, keepdims: 0 }), 'uint8'),
  };

  it('of a semantic model tells names, divisor and RGB / 255', async () => {
    const input = { name: 'images', shape: ['batch', 3, 'height', 'width'] };
    expect(await describeAmong({}, { input, outputs: [argmax], metadata })).toMatchObject({
      problem: null,
      classNames: ['road', "driver's seat", 'pole', 'sky'],
      activation: 'ids',
      multiple: 32,
      preprocessing: { channels: 'rgb', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
      declared: 'Ultralytics',
    });
  });

  it('is read as Python prints it', () => {
    expect(namesIn(`{0: 'a', 1: 'it\\'s', 2: "b, c"}`)).toEqual(['a', "it's", 'b, c']);
    expect(namesIn(`['x', 'y']`)).toEqual(['x', 'y']);
    expect(namesIn('{}')).toBeUndefined();
  });
});

describe('MMDeploy folders', () => {
  /** As backend/sdk/export_info.py of MMDeploy 1.3 writes them for a model of mmsegmentation. */
  const deploy = {
    version: '1.3.1',
    task: 'Segmentor',
    models: [
      {
        name: 'segformerhead',
        net: 'end2end.onnx',
        weights: '',
        backend: 'onnxruntime',
        precision: 'FP32',
        batch_size: 1,
        dynamic_shape: true,
      },
    ],
    customs: [],
  };
  const transforms = [
    { type: 'LoadImageFromFile' },
    { type: 'Resize', keep_ratio: false, size: [96, 64] },
    { type: 'Normalize', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375], to_rgb: true },
    { type: 'Pad', size_divisor: 32 },
    { type: 'ImageToTensor', keys: ['img'] },
    { type: 'Collect', keys: ['img'], meta_keys: ['ori_shape', 'flip'] },
  ];
  const pipelineOf = (steps: object[]) => ({
    pipeline: {
      input: ['img'],
      output: ['post_output'],
      tasks: [
        {
          type: 'Task',
          module: 'Transform',
          name: 'Preprocess',
          input: ['img'],
          output: ['prep_output'],
          transforms: steps,
        },
        {
          name: 'segformerhead',
          type: 'Task',
          module: 'Net',
          input: ['prep_output'],
          output: ['infer_output'],
          input_map: { img: 'input' },
        },
        {
          type: 'Task',
          module: 'mmseg',
          name: 'postprocess',
          component: 'ResizeMask',
          params: { num_classes: 4, with_argmax: true },
          output: ['post_output'],
        },
      ],
    },
  });
  const detail = {
    version: '1.3.1',
    codebase: { task: 'Segmentation', codebase: 'mmseg', version: '1.2.2', pth: 'model.pth', config: 'config.py' },
    codebase_config: { type: 'mmseg', task: 'Segmentation', with_argmax: true },
    onnx_config: { type: 'onnx', save_file: 'end2end.onnx', input_names: ['input'], output_names: ['output'] },
  };
  const model: Export = {
    outputs: [
      {
        name: 'output',
        type: 'int64',
        shape: ['batch', 1, 'height', 'width'],
        head: (graph, logits) => graph.add('ArgMax', [logits], { axis: 1, keepdims: 1 }),
      },
    ],
  };
  const all = { 'deploy.json': deploy, 'pipeline.json': pipelineOf(transforms), 'detail.json': detail };

  it('tell normalisation of bytes, order of channels, divisor and that ids come out', async () => {
    expect(await describeAmong(all, model, 'end2end.onnx')).toMatchObject({
      problem: null,
      activation: 'ids',
      classes: 4,
      multiple: 32,
      preprocessing: { channels: 'rgb', scale: 1, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
      declared: 'MMDeploy',
    });
    const bgr = pipelineOf([{ ...transforms[2], to_rgb: false }]);
    const info = await describeAmong({ ...all, 'pipeline.json': bgr }, model, 'end2end.onnx');
    expect(info.preprocessing.channels).toBe('bgr');
  });

  it('speak of their own model alone, and name another task', async () => {
    expect((await describeAmong(all, model, 'other.onnx')).declared).toBeNull();
    const detector = { ...all, 'deploy.json': { ...deploy, task: 'Detector' }, 'detail.json': '{}' };
    expect((await describeAmong(detector, model, 'end2end.onnx')).problem).toContain('an export for Detector');
  });
});

it("Winnow's own sidecar overrules all others, and only in what it says", async () => {
  const files = {
    'preprocessor_config.json': { image_mean: [0.5, 0.5, 0.5], image_std: [0.25, 0.25, 0.25], do_rescale: true },
    'model.json': {
      mean: [0.1, 0.2, 0.3],
      classes: NAMES,
      multiple: 16,
      output: 'second',
      activation: 'sigmoid-logits',
      fold: 3,
    },
  };
  const outputs = [LOGITS, { ...LOGITS, name: 'second' }];
  expect(await describeAmong(files, { outputs })).toMatchObject({
    problem: null,
    output: 'second',
    classNames: NAMES,
    multiple: 16,
    activation: 'sigmoid-logits',
    fold: 3,
    preprocessing: { mean: [0.1, 0.2, 0.3], std: [0.25, 0.25, 0.25] },
    declared: 'sidecar, Hugging Face',
  });
  const { problem } = await describeAmong({ 'model.json': { output: 'third' } }, { outputs });
  expect(problem).toBe('Expected third among the maps the network gives, found logits, second.');
});
