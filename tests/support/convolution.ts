import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { ElementType, type Dimension } from '../../main/engine/onnx/model.ts';
import { encodeModel, makeModel, makeValueInfo, type Init } from '../../main/engine/onnx/proto.ts';
import { noise } from './random.ts';

export interface ConvolutionModel {
  /** channels of the output */
  classes: number;
  /** of the weights */
  seed: number;
  /** instead of random ones: [classes, 3, 3, 3], and [classes] */
  weights?: Weights;
  opset?: number;
  /** of the only convolution; the map is that many times smaller, rounded up */
  stride?: number;
  /** what is smaller is brought back to the input's size inside the network, by a Resize told by sizes or by factors */
  resize?: 'sizes' | 'factors';
  layout?: 'nchw' | 'nhwc';
  /** where it is not the input's */
  outputLayout?: 'nchw' | 'nhwc';
  input?: 'float32' | 'float16' | 'uint8';
  output?: 'float32' | 'float16' | 'float64' | 'int64' | 'int32' | 'uint8';
  /** what is done to the scores at the end; argmax leaves out the axis of channels, argmax-4 keeps it */
  end?: 'softmax' | 'sigmoid' | 'argmax' | 'argmax-4';
  fixed?: { width: number; height: number };
  /** another output before the map, of half as many channels */
  auxiliary?: boolean;
  /** neither size nor channels of the output are declared */
  undeclared?: boolean;
  /** sizes of the output go by the names of the input's, whatever they are */
  misnamed?: boolean;
}

export interface Weights {
  weight: readonly number[];
  bias: readonly number[];
}

/**
 * A network of one 3 × 3 convolution with random weights, which minds how the picture is laid down. Bytes go in as they
 * are, divided by 100 inside.
 */
export function convolutionModel(model: ConvolutionModel): Uint8Array {
  const { classes, seed, opset = 17, stride = 1, layout = 'nchw', input = 'float32', output = 'float32' } = model;
  const { outputLayout = layout, end, fixed, auxiliary, undeclared, misnamed } = model;
  const graph = new GraphBuilder(opset);
  const numbers = input === 'float32' ? 'input' : graph.cast('input', 'float32');
  const planes = layout === 'nchw' ? numbers : graph.add('Transpose', [numbers], { perm: [0, 3, 1, 2] });
  const picture = input === 'uint8' ? graph.add('Div', [planes, graph.float(100)]) : planes;
  const random = noise(seed);
  const some = (count: number, scale: number) => Array.from({ length: count }, () => scale * (2 * random() - 1));
  const convolve = (
    channels: number,
    { weight, bias }: Weights = { weight: some(channels * 27, 0.8), bias: some(channels, 0.5) },
  ) =>
    graph.add('Conv', [picture, graph.float(weight, [channels, 3, 3, 3]), graph.float(bias)], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [stride, stride],
    });
  let value = convolve(classes, model.weights);
  if (auxiliary) graph.add('Identity', [convolve(Math.ceil(classes / 2))], {}, 'auxiliary');
  if (model.resize) value = resized(graph, value, picture, model.resize, stride);
  const last = end === 'softmax' && opset < 13 ? 'NHWC' : 'NCHW';
  if (end === 'softmax' && last === 'NCHW') value = graph.add('Softmax', [value], { axis: 1 });
  else if (end === 'softmax') value = softmaxLast(graph, value);
  if (end === 'sigmoid') value = graph.add('Sigmoid', [value]);
  const isArgmax = end === 'argmax' || end === 'argmax-4';
  if (isArgmax) value = graph.add('ArgMax', [value], { axis: 1, keepdims: end === 'argmax' ? 0 : 1 });
  if (outputLayout === 'nhwc' && end !== 'argmax') value = graph.add('Transpose', [value], { perm: [0, 2, 3, 1] });
  if (output !== (isArgmax ? 'int64' : 'float32')) graph.add('Cast', [value], { to: TYPES[output] }, 'output');
  else graph.add('Identity', [value], {}, 'output');

  const size: Init<Dimension>[] = fixed
    ? [{ dimValue: BigInt(fixed.height) }, { dimValue: BigInt(fixed.width) }]
    : [{ dimParam: 'height' }, { dimParam: 'width' }];
  const small: Init<Dimension>[] =
    undeclared || (stride > 1 && !model.resize && !misnamed) ? [{ dimParam: 'h' }, { dimParam: 'w' }] : size;
  const count: Init<Dimension> = undeclared
    ? { dimParam: 'classes' }
    : { dimValue: BigInt(end === 'argmax-4' ? 1 : classes) };
  const tensor = (name: string, elemType: number, dims: Init<Dimension>[]) =>
    makeValueInfo({ name, type: { tensorType: { elemType, shape: { dim: [{ dimParam: 'batch' }, ...dims] } } } });
  const laid = (how: string, channels: Init<Dimension>, place: Init<Dimension>[]) =>
    how === 'nchw' ? [channels, ...place] : [...place, channels];
  const map = end === 'argmax' ? small : laid(outputLayout, count, small);
  const other: Init<Dimension> = { dimValue: BigInt(Math.ceil(classes / 2)) };
  const beside = auxiliary ? [tensor('auxiliary', TYPES.float32, [other, ...small])] : [];
  return encodeModel(
    makeModel({
      irVersion: opset > 12 ? 8n : 6n,
      producerName: 'winnow tests',
      opsetImport: [{ domain: '', version: BigInt(opset) }],
      graph: {
        name: 'convolution',
        node: graph.nodes,
        initializer: graph.initializers,
        input: [tensor('input', TYPES[input], laid(layout, { dimValue: 3n }, size))],
        output: [...beside, tensor('output', TYPES[output], map)],
      },
    }),
  );
}

const TYPES = { ...ElementType, float64: 11, int32: 6 } as const;

function softmaxLast(graph: GraphBuilder, value: string): string {
  const last = graph.add('Transpose', [value], { perm: [0, 2, 3, 1] });
  return graph.add('Transpose', [graph.add('Softmax', [last], { axis: 3 })], { perm: [0, 3, 1, 2] });
}

function resized(graph: GraphBuilder, value: string, like: string, by: 'sizes' | 'factors', stride: number): string {
  const how = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
  const none = graph.float([]);
  if (by === 'factors') return graph.add('Resize', [value, none, graph.float([1, 1, stride, stride])], how);
  const part = (name: string, from: number, to: number) =>
    graph.add('Slice', [graph.shape(name), graph.int64s([from]), graph.int64s([to])]);
  const size = graph.add('Concat', [part(value, 0, 2), part(like, 2, 4)], { axis: 0 });
  return graph.add('Resize', [value, none, none, size], how);
}
