import type { Activation } from '../../../../common/ensemble.ts';
import type { ModelInfo } from '../../../../common/scan.ts';
import { GraphBuilder } from '../builder.ts';
import { endingOf } from './ending.ts';
import { formOf, type Form } from './form.ts';
import { ElementType, opsetOf, type Model } from '../model.ts';
import { copyNodes, networkOf } from '../network.ts';
import { encodeModel, makeGraph, makeModel, makeValueInfo } from '../proto.ts';

/** What goes into and comes out of a bare network. */
export const Bare = {
  /** in: uint8 [1, H, W, 3], in the order in which the network takes the channels */
  pixels: 'winnow.pixels',
  /** in: int64 [2], height and width the network runs on */
  size: 'winnow.size',
  /** in: float32 [1, 3, 1, 1], what bytes are multiplied with, and what is added then */
  factor: 'winnow.factor',
  offset: 'winnow.offset',
  /** out: float32 [1, H, W], the model's likeliest class at every pixel */
  labels: 'winnow.labels',
  /** out: float32 [4], see BareFacts */
  facts: 'winnow.facts',
} as const;

/** What the values of the network's map are like, of every eighth row and column. */
export interface BareFacts {
  low: number;
  high: number;
  /** the farthest the values of one place are, taken together, from 1 */
  off: number;
  channels: number;
}

export const toFacts = ([low, high, off, channels]: Float32Array): BareFacts => ({ low, high, off, channels });

const STEP = 8;

/**
 * A network by itself, once and without augmentation: from bytes to the likeliest class. How pictures are prepared is
 * not part of the graph but fed, so that one session tries every way.
 */
export function bareNetwork(model: Model, info: Pick<ModelInfo, 'layout' | 'output' | 'activation'>) {
  const network = networkOf(model, info.output);
  const form = formOf(network, info.layout, info.activation);
  const graph = new GraphBuilder(opsetOf(model), 'winnow.');
  const { nodes, rename } = copyNodes(network, addEntrance(graph, form), '.bare');
  graph.nodes.push(...nodes);
  const map = mapOf(graph, rename(network.output.name), form);
  addFacts(graph, map);
  const isCoarse = endingOf(network, info.activation, form).kind === 'coarse';
  addLabels(graph, isCoarse && !form.binary ? toShares(graph, map, info.activation) : map, form, info.activation);
  const value = (name: string, elemType: number, dims: (number | string)[]) =>
    makeValueInfo({ name, type: { tensorType: { elemType, shape: { dim: dims.map(dimension) } } } });
  const { float32, uint8, int64 } = ElementType;
  const whole = makeGraph({
    name: 'winnow',
    node: graph.nodes,
    initializer: [...network.graph.initializer, ...graph.initializers],
    input: [
      value(Bare.pixels, uint8, [1, 'H', 'W', 3]),
      value(Bare.size, int64, [2]),
      value(Bare.factor, float32, [1, 3, 1, 1]),
      value(Bare.offset, float32, [1, 3, 1, 1]),
    ],
    output: [value(Bare.labels, float32, [1, 'H', 'W']), value(Bare.facts, float32, [4])],
  });
  return encodeModel(makeModel({ ...model, graph: whole }));
}

const dimension = (size: number | string) =>
  typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size };

/** The prepared picture, in the layout and type the network takes. */
function addEntrance(graph: GraphBuilder, { input }: Form): string {
  const planes = graph.add('Transpose', [Bare.pixels], { perm: [0, 3, 1, 2] });
  const resized = resize(graph, graph.cast(planes, 'float32'), Bare.size, 'linear');
  const value = graph.add('Add', [graph.add('Mul', [resized, Bare.factor]), Bare.offset]);
  const laid = input.layout === 'nhwc' ? graph.add('Transpose', [value], { perm: [0, 2, 3, 1] }) : value;
  if (input.type === ElementType.float32) return laid;
  const exact = input.type === ElementType.uint8 ? graph.add('Round', [laid]) : laid;
  return graph.add('Cast', [exact], { to: input.type });
}

/** float32 [1, K, h, w], K being 1 for ids. */
function mapOf(graph: GraphBuilder, output: string, { output: { layout, rank } }: Form): string {
  const value = graph.cast(output, 'float32');
  if (rank === 3) return graph.unsqueeze(value, [1]);
  return layout === 'nhwc' ? graph.add('Transpose', [value], { perm: [0, 3, 1, 2] }) : value;
}

function addFacts(graph: GraphBuilder, map: string): void {
  const [from, to, axes, steps] = [
    [0, 0],
    [2 ** 31, 2 ** 31],
    [2, 3],
    [STEP, STEP],
  ].map((one) => graph.int64s(one));
  const some = graph.add('Slice', [map, from, to, axes, steps]);
  const whole = graph.add('Sub', [graph.reduce('ReduceSum', some, [1]), graph.float(1)]);
  const scalars = [
    graph.add('ReduceMin', [some], { keepdims: 0 }),
    graph.add('ReduceMax', [some], { keepdims: 0 }),
    graph.add('ReduceMax', [graph.add('Abs', [whole])], { keepdims: 0 }),
    graph.cast(graph.add('Gather', [graph.shape(map), graph.int64s([1], [])], { axis: 0 }), 'float32'),
  ];
  const rows = scalars.map((one) => graph.unsqueeze(one, [0]));
  graph.add('Concat', rows, { axis: 0 }, Bare.facts);
}

/** Probabilities: between two places of a coarse map, they are what a scan averages, not logits. */
function toShares(graph: GraphBuilder, map: string, activation: Activation): string {
  if (activation !== 'logits' && activation !== 'sigmoid-logits') return map;
  const values =
    activation === 'logits'
      ? graph.add('Exp', [graph.add('Sub', [map, graph.reduce('ReduceMax', map, [1])])])
      : graph.add('Sigmoid', [map]);
  return graph.add('Div', [values, graph.reduce('ReduceSum', values, [1])]);
}

/** At the picture's own size: values are brought there first, the likeliest class is taken then. */
function addLabels(graph: GraphBuilder, map: string, { binary }: Form, activation: Activation): void {
  const isIds = activation === 'ids';
  const size = graph.sizeOf(Bare.pixels, 1);
  const value = resize(graph, map, size, isIds ? 'nearest' : 'linear');
  if (isIds) {
    graph.squeeze(value, [1], Bare.labels);
  } else if (binary) {
    // Values from 0 to 1 are likelihoods, cut at a half; others are logits, cut at 0.
    const [low, high] = [
      graph.add('ReduceMin', [map], { keepdims: 0 }),
      graph.add('ReduceMax', [map], { keepdims: 0 }),
    ];
    const outside = [graph.add('Less', [low, graph.float(0)]), graph.add('Greater', [high, graph.float(1)])];
    const cut = graph.add('Where', [graph.add('Or', outside), graph.float(0), graph.float(0.5)]);
    graph.cast(graph.add('Greater', [graph.squeeze(value, [1]), cut]), 'float32', Bare.labels);
  } else {
    graph.cast(graph.add('ArgMax', [value], { axis: 1, keepdims: 0 }), 'float32', Bare.labels);
  }
}

/** [1, K, h, w] brought to `size`, half-pixel. */
function resize(graph: GraphBuilder, value: string, size: string, mode: 'linear' | 'nearest'): string {
  const channels = graph.add('Slice', [graph.shape(value), graph.int64s([0]), graph.int64s([2])]);
  const whole = graph.add('Concat', [channels, size], { axis: 0 });
  const none = graph.float([]);
  return graph.add('Resize', [value, none, none, whole], { mode, coordinate_transformation_mode: 'half_pixel' });
}
