import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { ElementType, type Dimension } from '../../main/engine/onnx/model.ts';
import { encodeModel, makeModel, makeValueInfo, type Init } from '../../main/engine/onnx/proto.ts';

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

export interface PointwiseModel {
  /** [r, g, b] 0..255 of each class: a pixel is proposed as the class whose colour is nearest */
  classes: readonly (readonly number[])[];
  /** how sure it is: logit differences are this times the difference of squared distances in 0..1 colours */
  sharpness?: number;
  /** added to the logits of each class */
  bias?: readonly number[];
  opset?: number;
  activation?: 'logits' | 'probabilities';
  /** the output is this many times smaller than the input (average pooling) */
  stride?: number;
  /** as `stride`, then brought back to the input's size inside the network, as most exported networks end */
  resize?: boolean;
  /** runs only on pictures whose sides are divisible by this */
  block?: number;
  /** halved, doubled and put beside itself, as U-Nets do: runs on even sides only, and on others does not even load */
  skip?: boolean;
  /** declared size of the input; absent: any */
  fixed?: { width: number; height: number };
  /** channels of the input, for a network that takes something else than pictures */
  channels?: number;
  /** the file does not say how many classes it gives */
  undeclared?: boolean;
  /** adds this times (x / width) to the logit of the last class, so that flipping the picture matters */
  slope?: number;
}

/**
 * Writes a real ONNX network of one 1×1 convolution whose classes follow colour, for pictures normalised with ImageNet's
 * mean and standard deviation: flat coloured shapes are segmented perfectly. Returns the file.
 */
export async function writePointwiseModel(file: string, model: PointwiseModel): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, pointwiseModel(model));
  return file;
}

export function pointwiseModel(model: PointwiseModel): Uint8Array {
  const { classes, sharpness = 60, opset = 17, activation = 'logits', stride = 1, fixed, channels = 3 } = model;
  const graph = new GraphBuilder(opset);
  const colours = classes.map((colour) => colour.map((value) => value / 255));
  // −s·|x − c|² without the part that all classes share is linear in x; x = normalised · std + mean.
  const weights = colours.flatMap((c) =>
    Array.from({ length: channels }, (_, i) => 2 * sharpness * (c[i] ?? 0) * (STD[i] ?? 1)),
  );
  const bias = colours.map(
    (c, k) => (model.bias?.[k] ?? 0) + sharpness * c.reduce((sum, v, i) => sum + v * (2 * MEAN[i] - v), 0),
  );
  const inputs = ['input', graph.float(weights, [classes.length, channels, 1, 1]), graph.float(bias)];
  let value = graph.add('Conv', inputs, { kernel_shape: [1, 1] });
  if (model.slope) value = graph.add('Add', [value, slopeOf(graph, value, model.slope, classes.length)]);
  if (model.block) value = blocks(graph, value, model.block);
  if (model.skip) value = besideItself(graph, value, classes.length);
  if (stride > 1)
    value = graph.add('AveragePool', [value], {
      kernel_shape: [stride, stride],
      strides: [stride, stride],
      ceil_mode: 1,
    });
  if (model.resize) value = resizeLike(graph, value, 'input');
  if (activation === 'probabilities') value = softmax(graph, value);
  graph.add('Identity', [value], {}, 'output');
  const size: Init<Dimension>[] = fixed
    ? [{ dimValue: BigInt(fixed.height) }, { dimValue: BigInt(fixed.width) }]
    : [{ dimParam: 'height' }, { dimParam: 'width' }];
  const small: Init<Dimension>[] = stride > 1 && !model.resize ? [{ dimParam: 'h' }, { dimParam: 'w' }] : size;
  const tensor = (name: string, count: Init<Dimension>, place: Init<Dimension>[]) =>
    makeValueInfo({
      name,
      type: {
        tensorType: {
          elemType: ElementType.float32,
          shape: { dim: [{ dimParam: 'batch' }, count, ...place] },
        },
      },
    });
  return encodeModel(
    makeModel({
      irVersion: opset > 12 ? 8n : 6n,
      producerName: 'winnow tests',
      opsetImport: [{ domain: '', version: BigInt(opset) }],
      graph: {
        name: 'pointwise',
        node: graph.nodes,
        initializer: graph.initializers,
        input: [tensor('input', { dimValue: BigInt(channels) }, size)],
        output: [
          tensor('output', model.undeclared ? { dimParam: 'classes' } : { dimValue: BigInt(classes.length) }, small),
        ],
      },
    }),
  );
}

/** [1, K, 1, W]: rises from 0 to almost `slope` along x in the last class, 0 in the others. */
function slopeOf(graph: GraphBuilder, like: string, slope: number, classes: number): string {
  const width = graph.add('Gather', [graph.add('Shape', [like]), graph.int64s([3], [])], { axis: 0 });
  const zero = graph.int64s([0], []);
  const steps = graph.cast(graph.add('Range', [zero, width, graph.int64s([1], [])]), 'float32');
  const rising = graph.add('Div', [steps, graph.cast(width, 'float32')]);
  const last = graph.float(
    Array.from({ length: classes }, (_, k) => (k === classes - 1 ? slope : 0)),
    [1, classes, 1, 1],
  );
  return graph.add('Mul', [rising, last]);
}

function besideItself(graph: GraphBuilder, value: string, classes: number): string {
  const small = graph.add('MaxPool', [value], { kernel_shape: [2, 2], strides: [2, 2] });
  const ones = graph.float(Array<number>(4 * classes).fill(1), [classes, 1, 2, 2]);
  const large = graph.add('ConvTranspose', [small, ones], { kernel_shape: [2, 2], strides: [2, 2], group: classes });
  const both = graph.add('Concat', [value, large], { axis: 1 });
  const [start, end, axis] = [0, classes, 1].map((one) => graph.int64s([one]));
  return graph.add('Slice', [both, start, end, axis]);
}

/** Before operator version 13 a Softmax over axis 1 took all axes from there on as one. */
function softmax(graph: GraphBuilder, value: string): string {
  if (graph.opset >= 13) return graph.add('Softmax', [value], { axis: 1 });
  const last = graph.add('Transpose', [value], { perm: [0, 2, 3, 1] });
  return graph.add('Transpose', [graph.add('Softmax', [last], { axis: 3 })], { perm: [0, 3, 1, 2] });
}

/** There and back again: changes nothing, and fails where blocks do not fit. */
function blocks(graph: GraphBuilder, value: string, blocksize: number): string {
  return graph.add('DepthToSpace', [graph.add('SpaceToDepth', [value], { blocksize })], { blocksize });
}

function resizeLike(graph: GraphBuilder, value: string, like: string): string {
  const part = (name: string, from: number, to: number) =>
    graph.add('Slice', [graph.add('Shape', [name]), graph.int64s([from]), graph.int64s([to])]);
  const size = graph.add('Concat', [part(value, 0, 2), part(like, 2, 4)], { axis: 0 });
  const none = graph.float([]);
  return graph.add('Resize', [value, none, none, size], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
}
