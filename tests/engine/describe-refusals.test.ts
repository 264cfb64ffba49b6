import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeModels } from '../../main/engine/onnx/describe/describe.ts';
import { makeTemporary } from '../support/dataset.ts';
import { shaped, write, type Port } from '../support/exports.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

const ultralytics = (task: string) => ({
  description: `Ultralytics YOLOv8n-${task} model trained on coco.yaml`,
  author: 'Ultralytics',
  stride: '32',
  task,
  imgsz: '[640, 640]',
  names: "{0: 'person', 1: 'bicycle'}",
});
const PIXELS = [{ name: 'pixel_values', shape: ['batch_size', 'num_channels', 'height', 'width'] }];

/** Names and shapes as the exporters write them. */
const CASES: [string, Port[], Parameters<typeof shaped>[1], RegExp][] = [
  [
    'Ultralytics YOLO -seg (8.3 engine/exporter.py: output0, output1)',
    [
      { name: 'output0', shape: [1, 116, 8400] },
      { name: 'output1', shape: [1, 32, 160, 160] },
    ],
    {},
    /instance segmentation network of the YOLO kind \(boxes output0 1×116×8400, mask prototypes output1 1×32×160×160\)/,
  ],
  [
    'the same by its metadata',
    [
      { name: 'output0', shape: ['batch', 116, 'anchors'] },
      { name: 'output1', shape: ['batch', 32, 'h', 'w'] },
    ],
    { metadata: ultralytics('segment') },
    /an Ultralytics model for instance segmentation/,
  ],
  [
    'Ultralytics YOLO detect',
    [{ name: 'output0', shape: [1, 84, 8400] }],
    { metadata: ultralytics('detect') },
    /Ultralytics model for object detection/,
  ],
  [
    'YOLO without metadata',
    [{ name: 'output0', shape: [1, 84, 8400] }],
    {},
    /object detector of the YOLO kind \(boxes output0 1×84×8400\)/,
  ],
  ['YOLOv5', [{ name: 'output', shape: [1, 25200, 85] }], {}, /object detector of the YOLO kind/],
  [
    'YOLOv5 without its last step',
    [80, 40, 20].map((side) => ({ name: `head${side}`, shape: [1, 3, side, side, 85] })),
    {},
    /YOLO kind/,
  ],
  [
    'torchvision 0.14 Mask R-CNN, whose outputs have numbers for names',
    [
      { name: 'boxes.55', shape: ['Concatboxes.55_dim_0', 4] },
      { name: 'onnx::Shape_2468', type: 'int64', shape: ['n'] },
      { name: '2467', shape: ['n'] },
      { name: '3064', shape: ['a', 'b', 'c', 'd'] },
    ],
    {},
    /instance segmentation network of the Mask R-CNN kind/,
  ],
  [
    'MMDeploy 1.3 mmdet: dets, labels',
    [
      { name: 'dets', shape: ['batch', 'num_dets', 5] },
      { name: 'labels', type: 'int64', shape: ['batch', 'num_dets'] },
    ],
    {},
    /an object detector \(dets/,
  ],
  [
    'MMDeploy 1.3 mmdet with masks',
    [
      { name: 'dets', shape: ['batch', 'num_dets', 5] },
      { name: 'labels', type: 'int64', shape: ['batch', 'num_dets'] },
      { name: 'masks', shape: ['batch', 'num_dets', 'height', 'width'] },
    ],
    {},
    /instance segmentation/,
  ],
  [
    'non-maximum suppression at the end',
    [{ name: 'selected', type: 'int64', shape: ['n', 3] }],
    { operators: ['NonMaxSuppression'] },
    /ends in NonMaxSuppression/,
  ],
  [
    'optimum-onnx 0.1 DETR: logits, pred_boxes',
    [
      { name: 'logits', shape: ['batch_size', 'num_queries', 92] },
      { name: 'pred_boxes', shape: ['batch_size', 'num_queries', 4] },
    ],
    { inputs: PIXELS },
    /DETR object detector/,
  ],
  [
    'optimum-onnx 0.1 DETR for segmentation',
    [
      { name: 'logits', shape: ['batch_size', 'num_queries', 251] },
      { name: 'pred_boxes', shape: ['batch_size', 'num_queries', 4] },
      { name: 'pred_masks', shape: ['batch_size', 'num_queries', 'height', 'width'] },
    ],
    { inputs: PIXELS },
    /DETR panoptic/,
  ],
  [
    'SAM encoder (segment_anything 1.0)',
    [{ name: 'image_embeddings', shape: [1, 256, 64, 64] }],
    {},
    /picture encoder of a Segment Anything model/,
  ],
  [
    'SAM decoder (segment_anything 1.0, scripts/export_onnx_model.py)',
    [
      { name: 'masks', shape: [1, 4, 'h', 'w'] },
      { name: 'iou_predictions', shape: [1, 4] },
    ],
    {
      inputs: [
        { name: 'image_embeddings', shape: [1, 256, 64, 64] },
        { name: 'point_coords', shape: [1, 'num_points', 2] },
        { name: 'point_labels', shape: [1, 'num_points'] },
      ],
    },
    /mask decoder of a Segment Anything model, which asks for prompts/,
  ],
  ['a classifier', [{ name: 'output', shape: [1, 1000] }], {}, /classifier of whole pictures \(output 1×1000\)/],
  [
    'depth',
    [{ name: 'predicted_depth', shape: ['batch_size', 'height', 'width'] }],
    { inputs: PIXELS },
    /network for depth/,
  ],
  [
    'a backbone',
    [{ name: 'last_hidden_state', shape: ['b', 197, 768] }],
    { inputs: PIXELS },
    /backbone without a head/,
  ],
];

it.each(CASES)('%s is named for what it is', async (name, outputs, options, expected) => {
  const file = await write(join(folder, `${CASES.findIndex(([one]) => one === name)}.onnx`), shaped(outputs, options));
  const [{ problem, outputs: described }] = await describeModels([file]);
  expect(problem).toMatch(expected);
  expect(problem).toMatch(/^Expected a semantic segmentation network, found (an?|the) .*[^.]\.$/);
  expect(described).toHaveLength(outputs.length);
});

it('says what is missing where nothing is known of a network', async () => {
  const of = async (outputs: Port[], inputs?: Port[]) =>
    (await describeModels([await write(join(folder, 'other.onnx'), shaped(outputs, { inputs }))]))[0].problem;
  expect(await of([{ name: 'y', shape: [1, 7, 7] }])).toContain('found y 1×7×7.');
  const two: Port[] = [
    { name: 'image', shape: [1, 3, 64, 64] },
    { name: 'size', type: 'int64', shape: [2] },
  ];
  expect(await of([{ name: 'y', shape: [1, 4, 64, 64] }], two)).toBe('Expected one input, found 2 (image, size).');
});

it.each([
  ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n', 'git lfs pull'],
  ['a page that says there is none', '<!DOCTYPE html><title>404</title>', 'a web page'],
])('says what is in place of a model: %s', async (_, content, found) => {
  const [{ problem }] = await describeModels([await write(join(folder, 'instead.onnx'), content)]);
  expect(problem).toContain(found);
});

it('refuses a map of one picture alone, K×H×W, which could be taken for ids', async () => {
  const bytes = shaped([{ name: 'logits', shape: [11, 'height', 'width'] }], {
    inputs: [{ name: 'input', shape: ['batch', 3, 'height', 'width'] }],
  });
  const [{ problem }] = await describeModels([await write(join(folder, 'alone.onnx'), bytes)]);
  expect(problem).toContain('found logits 11×height×width');
});
