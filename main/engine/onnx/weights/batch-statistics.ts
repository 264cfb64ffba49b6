import type { Member } from '../../inference/member.ts';
import { batchNormsOf, Slot } from './batch-norm.ts';
import { GraphBuilder } from '../builder.ts';
import { formOf } from '../compile/form.ts';
import { ElementType, opsetOf, shapeOf, type Model, type Node } from '../model.ts';
import { networkOf } from '../network.ts';
import { Pictures, takenSize } from '../compile/picture.ts';
import { encodeModel, makeGraph, makeModel, makeValueInfo } from '../proto.ts';
import { AS_IT_IS } from '../compile/tta.ts';
import { tensorsOf } from './weights.ts';

/** Value names in a graph of statistics, by place in the batch and by place among the nodes of `batchNormsOf`. */
export const Statistic = {
  /** in: uint8 [1, H, W, 3], RGB */
  picture: (place: number): string => `winnow.picture.${place}`,
  /** out: float32, one number a channel */
  mean: (norm: number): string => `winnow.mean.${norm}`,
  variance: (norm: number): string => `winnow.variance.${norm}`,
  /** out: int64 [3]: pictures, channels, places */
  extent: (norm: number): string => `winnow.extent.${norm}`,
};

/** How many pictures a network takes at once, at most, and whether it takes them of one size only. */
export function batchesOf(
  model: Model,
  { output, layout, activation }: Pick<Member, 'output' | 'layout' | 'activation'>,
): { most: number; fixed: boolean } {
  const network = networkOf(model, output);
  const [batch] = shapeOf(network.input) ?? [];
  const { fixed } = formOf(network, layout, activation).input;
  return { most: typeof batch === 'number' ? batch : Infinity, fixed: fixed !== null };
}

/**
 * The network as in training, for a batch of pictures: every BatchNormalization normalises with the batch's own mean and
 * variance, so that those after it see what they would see in training, and gives these out. `multiple`: pictures are
 * brought to a size divisible by this.
 */
export function compileStatistics(
  model: Model,
  reading: Pick<Member, 'layout' | 'output' | 'activation' | 'preprocessing'>,
  { batch, multiple }: { batch: number; multiple: number },
): Uint8Array {
  const network = networkOf(model, reading.output);
  const { graph } = network;
  const tensors = tensorsOf(graph);
  const builder = new GraphBuilder(opsetOf(model), 'winnow.');
  const form = formOf(network, reading.layout, reading.activation).input;
  const taken = takenSize(AS_IT_IS, form, multiple, null);
  const pictures = Array.from({ length: batch }, (_, i) =>
    new Pictures(builder, Statistic.picture(i), form, reading.preprocessing).for(AS_IT_IS, taken),
  );
  builder.add('Concat', pictures, { axis: 0 }, network.input.name);
  const norms = batchNormsOf(model);
  const end = graph.node.indexOf(norms[norms.length - 1]) + 1;
  for (const node of graph.node.slice(0, end)) {
    const norm = norms.indexOf(node);
    if (norm < 0) builder.nodes.push(node);
    else addTrained(builder, node, norm, tensors.get(node.input[Slot.scale])?.dataType === ElementType.float16);
  }
  const inputs = pictures.map((_, i) => value(Statistic.picture(i), ElementType.uint8));
  const outputs = norms.flatMap((_, i) => [
    value(Statistic.mean(i), ElementType.float32),
    value(Statistic.variance(i), ElementType.float32),
    value(Statistic.extent(i), ElementType.int64),
  ]);
  const initializer = [...graph.initializer, ...builder.initializers];
  const whole = makeGraph({ name: 'winnow', node: builder.nodes, initializer, input: inputs, output: outputs });
  return encodeModel(makeModel({ ...model, graph: whole }));
}

/** y = scale · (x − mean) / √(variance + ε) + bias over all axes but the second, in float32. */
function addTrained(graph: GraphBuilder, node: Node, norm: number, half: boolean): void {
  const epsilon = node.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
  const single = (name: string) => (half ? graph.cast(name, 'float32') : name);
  const perChannel = (name: string) => graph.add('Reshape', [single(name), graph.int64s([1, -1, 1])]);
  const x = graph.add('Reshape', [single(node.input[0]), graph.int64s([0, 0, -1])]);
  graph.add('Shape', [x], {}, Statistic.extent(norm));
  const mean = graph.reduce('ReduceMean', x, [0, 2]);
  const centred = graph.add('Sub', [x, mean]);
  const variance = graph.reduce('ReduceMean', graph.add('Mul', [centred, centred]), [0, 2]);
  graph.add('Identity', [mean], {}, Statistic.mean(norm));
  graph.add('Identity', [variance], {}, Statistic.variance(norm));
  const deviation = graph.add('Sqrt', [graph.add('Add', [variance, graph.float(epsilon)])]);
  const scale = graph.add('Div', [perChannel(node.input[Slot.scale]), deviation]);
  const y = graph.add('Add', [graph.add('Mul', [centred, scale]), perChannel(node.input[Slot.bias])]);
  const shape = graph.shape(node.input[0]);
  if (half) graph.cast(graph.add('Reshape', [y, shape]), 'float16', node.output[0]);
  else graph.add('Reshape', [y, shape], {}, node.output[0]);
}

const value = (name: string, elemType: number) => makeValueInfo({ name, type: { tensorType: { elemType } } });
