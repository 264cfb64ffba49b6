import type { Member } from '../inference/member.ts';
import { GraphBuilder } from './builder.ts';
import { readFloats, withFloats } from './floats.ts';
import { ElementType, opsetOf, shapeOf, type Graph, type Model, type Node, type Tensor } from './model.ts';
import { networkOf } from './network.ts';
import { Pictures, takenSize } from './picture.ts';
import { encodeModel, makeGraph, makeModel, makeValueInfo } from './proto.ts';
import { AS_IT_IS } from './tta.ts';
import { changed, tensorsOf, withTensors } from './weights.ts';

/** What a BatchNormalization sees of one batch, by channel. */
export interface BatchStatistics {
  mean: ArrayLike<number>;
  /** divided by the number of values, not by one less */
  variance: ArrayLike<number>;
  /** values of each channel: pictures × height × width where it stands */
  count: number;
}

/** Value names in a graph of statistics. */
export const pictureInput = (picture: number): string => `winnow.picture.${picture}`;
export const meanOf = (norm: number): string => `winnow.mean.${norm}`;
export const varianceOf = (norm: number): string => `winnow.variance.${norm}`;
/** int64 [3]: pictures, channels, places */
export const extentOf = (norm: number): string => `winnow.extent.${norm}`;

/** Inputs of a BatchNormalization: x, scale, bias, mean, variance. */
const [SCALE, BIAS, MEAN, VARIANCE] = [1, 2, 3, 4];

/** The nodes whose statistics can be re-estimated, in order of execution; those in subgraphs are not among them. */
export const batchNormsOf = (model: Model): Node[] =>
  model.graph?.node.filter(({ opType, domain }) => opType === 'BatchNormalization' && domain === '') ?? [];

/** Pictures a network takes at once, at most. */
export function largestBatch(model: Model): number {
  const [batch] = shapeOf(networkOf(model).input) ?? [];
  return typeof batch === 'number' ? batch : Infinity;
}

/**
 * The network as in training, for a batch of pictures (each uint8 [1, H, W, 3], RGB): every BatchNormalization normalises
 * with the batch's own mean and variance, so that those after it see what they would see in training, and gives these out.
 * `multiple`: pictures are brought to a size divisible by this.
 */
export function compileStatistics(
  model: Model,
  { preprocessing }: Pick<Member, 'preprocessing'>,
  { batch, multiple }: { batch: number; multiple: number },
): Uint8Array {
  const network = networkOf(model);
  const { graph } = network;
  const tensors = tensorsOf(graph);
  const builder = new GraphBuilder(opsetOf(model), 'winnow.');
  const form = { layout: 'nchw', type: ElementType.float32, fixed: declaredSize(graph) } as const;
  const taken = takenSize(AS_IT_IS, form, multiple, null);
  const pictures = Array.from({ length: batch }, (_, i) =>
    new Pictures(builder, pictureInput(i), form, preprocessing).for(AS_IT_IS, taken),
  );
  builder.add('Concat', pictures, { axis: 0 }, network.input.name);
  const norms = batchNormsOf(model);
  const last = graph.node.indexOf(norms[norms.length - 1]);
  for (const node of graph.node.slice(0, last + 1)) {
    const norm = norms.indexOf(node);
    if (norm < 0) builder.nodes.push(node);
    else addTrained(builder, node, norm, tensors.get(node.input[SCALE])?.dataType === ElementType.float16);
  }
  const outputs = norms.flatMap((_, i) => [
    value(meanOf(i), ElementType.float32),
    value(varianceOf(i), ElementType.float32),
    value(extentOf(i), ElementType.int64),
  ]);
  return encodeModel(
    makeModel({
      ...model,
      graph: makeGraph({
        name: 'winnow',
        node: builder.nodes,
        initializer: [...graph.initializer, ...builder.initializers],
        input: pictures.map((_, i) => value(pictureInput(i), ElementType.uint8, [1, 'H', 'W', 3])),
        output: outputs,
      }),
    }),
  );
}

/** y = scale · (x − mean) / √(variance + ε) + bias over all axes but the second, in float32. */
function addTrained(graph: GraphBuilder, node: Node, norm: number, half: boolean): void {
  const epsilon = node.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
  const single = (name: string) => (half ? graph.cast(name, 'float32') : name);
  const perChannel = (name: string) => graph.add('Reshape', [single(name), graph.int64s([1, -1, 1])]);
  const x = graph.add('Reshape', [single(node.input[0]), graph.int64s([0, 0, -1])]);
  graph.add('Shape', [x], {}, extentOf(norm));
  const mean = graph.reduce('ReduceMean', x, [0, 2]);
  const centred = graph.add('Sub', [x, mean]);
  const variance = graph.reduce('ReduceMean', graph.add('Mul', [centred, centred]), [0, 2]);
  graph.add('Identity', [mean], {}, meanOf(norm));
  graph.add('Identity', [variance], {}, varianceOf(norm));
  const deviation = graph.add('Sqrt', [graph.add('Add', [variance, graph.float(epsilon)])]);
  const scale = graph.add('Div', [perChannel(node.input[SCALE]), deviation]);
  const y = graph.add('Add', [graph.add('Mul', [centred, scale]), perChannel(node.input[BIAS])]);
  const shape = graph.shape(node.input[0]);
  if (half) graph.cast(graph.add('Reshape', [y, shape]), 'float16', node.output[0]);
  else graph.add('Reshape', [y, shape], {}, node.output[0]);
}

/**
 * The same model with statistics from data, as torch's `swa_utils.update_bn` leaves them: means over batches of equal
 * weight, whatever their size, of the mean and of the variance divided by one less than the number of values. A layer that
 * is used several times gets the mean over its uses. Throws Error where a layer saw a single value a channel.
 */
export function withStatistics(model: Model, batches: readonly (readonly BatchStatistics[])[]): Model {
  const { graph } = model;
  if (!graph) return model;
  const tensors = tensorsOf(graph);
  const replaced = new Map<string, Tensor>();
  const added: Tensor[] = [];
  const renamed = new Map<string, string>();
  const replace = (name: string, like: Tensor, values: ArrayLike<number>) => {
    if (tensors.has(name)) return void replaced.set(name, withFloats(like, values));
    // The layer's statistics are another's as well, by way of an Identity: from now on it has its own.
    renamed.set(name, `${name}.re-estimated`);
    added.push(changed(withFloats(like, values), { name: `${name}.re-estimated` }));
  };
  const norms = batchNormsOf(model);
  for (const name of new Set(norms.map(({ input }) => input[MEAN]))) {
    const uses = norms.flatMap((node, i) => (node.input[MEAN] === name ? [i] : []));
    const seen = batches.flatMap((batch) => uses.map((i) => batch[i]));
    const { input } = norms[uses[0]];
    replace(
      name,
      tensorBehind(graph, tensors, name),
      meanOver(seen, ({ mean }) => mean),
    );
    replace(input[VARIANCE], tensorBehind(graph, tensors, input[VARIANCE]), meanOver(seen, unbiased));
  }
  const rename = (node: Node): Node =>
    norms.includes(node) ? changed(node, { input: node.input.map((name) => renamed.get(name) ?? name) }) : node;
  const whole = withTensors(model, replaced).graph ?? graph;
  const initializer = [...whole.initializer, ...added];
  return changed(model, { graph: changed(whole, { node: whole.node.map(rename), initializer }) });
}

function meanOver(seen: BatchStatistics[], of: (batch: BatchStatistics) => ArrayLike<number>): Float64Array {
  const mean = Float64Array.from(of(seen[0]));
  for (const [n, batch] of seen.entries()) {
    const values = of(batch);
    for (let i = 0; i < mean.length; i++) mean[i] += (values[i] - mean[i]) / (n + 1);
  }
  return mean;
}

function unbiased({ variance, count }: BatchStatistics): Float64Array {
  if (count < 2) throw new Error('Expected more than one value a channel in every batch, found one.');
  return Float64Array.from(variance, (value) => (value * count) / (count - 1));
}

/** Where a value comes from, through the copies exporters make of tensors that are alike. */
function tensorBehind(graph: Graph, tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  let at: string | undefined = name;
  while (at !== undefined && !tensors.has(at)) {
    const [from]: string[] =
      graph.node.find(({ opType, output }) => opType === 'Identity' && output[0] === at)?.input ?? [];
    at = from;
  }
  const tensor = at === undefined ? undefined : tensors.get(at);
  if (!tensor) throw new Error(`Expected ${name} of a BatchNormalization among the weights, found it computed.`);
  // Read once, so that a damaged one is found before anything is run.
  readFloats(tensor);
  return tensor;
}

function declaredSize(graph: Graph): { height: number; width: number } | null {
  const [, , height, width] = shapeOf(graph.input[0]) ?? [];
  return typeof height === 'number' && typeof width === 'number' ? { height, width } : null;
}

const value = (name: string, elemType: number, dims?: (number | string)[]) =>
  makeValueInfo({
    name,
    type: {
      tensorType: {
        elemType,
        ...(dims && {
          shape: {
            dim: dims.map((size) => (typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size })),
          },
        }),
      },
    },
  });
