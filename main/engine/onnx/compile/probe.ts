import { NO_TTA } from '../../../../common/ensemble.ts';
import { GraphBuilder } from '../builder.ts';
import { partOf, type Chain, type Part, type Reading } from './chain.ts';
import { tensor, valueInfo } from './compile.ts';
import { endingOf } from './ending.ts';
import { PLACE } from './layout.ts';
import { ElementType, opsetOf, type Model, type Node, type Tensor, type ValueInfo } from '../model.ts';
import { takenSize } from './picture.ts';
import { encodeModel, makeGraph, makeModel } from '../proto.ts';

/** Elements of a tensor that may hold a shape. */
const LONGEST_SHAPE = 16;

/** Sizes of a network's map, as told by a graph that says so. */
export interface Probe {
  graph: Uint8Array;
  /** the picture was turned on its side */
  swapped: boolean;
}

/**
 * The network for pictures of one size, up to the logits before they are upsampled: once it is loaded, the runtime knows
 * their shape, whatever the network computes from the size of its input. One graph for pictures upright, and one for those
 * on their side if any pass is. They cannot be run: of most weights, only the shape is there. Null where the network does
 * not end like that or some pass is of another size than the picture.
 */
export function compileProbes(
  model: Model,
  reading: Reading,
  { tta, classes }: Pick<Chain, 'tta' | 'classes'>,
  size: { width: number; height: number },
): Probe[] | null {
  const part = partOf(model, reading, { tta, classes });
  const { network, form, activation, passes } = part;
  const ending = endingOf(network, activation, form, reading.whole);
  if (ending.kind !== 'upsampled' || !ending.halfPixel) return null;
  if (passes.some((pass) => takenSize(pass, form.input, reading.multiple, size) !== 'own')) return null;
  const builder = new GraphBuilder(opsetOf(model), 'winnow.');
  const logits = builder.cast(ending.coarse, 'float32');
  const nodes = [...network.nodes.filter((one) => !ending.tail.includes(one)), ...builder.nodes];
  const output = tensor(logits, 'float32', null);
  return [...new Set(passes.map(({ turn }) => turn.swap))].map((swapped) => {
    const [height, width] = swapped ? [size.width, size.height] : [size.height, size.width];
    return { graph: withoutWeights(model, part, { width, height }, nodes, output), swapped };
  });
}

/** Where pictures of a chain have no one size: networks differ in what they divide it by. */
const SOME_SIZE = { width: 320, height: 256 };

/** The network for an input of one size, of which the runtime knows the shape of the map; it cannot be run. */
export function compileExtent(
  model: Model,
  reading: Reading,
  size: { width: number; height: number } | null,
): { graph: Uint8Array; input: { width: number; height: number }; place: (shape: Shape) => Shape } {
  const part = partOf(model, reading, { tta: NO_TTA, classes: 0 });
  const { network, form } = part;
  const up = (length: number) => Math.ceil(length / reading.multiple) * reading.multiple;
  const { width, height } = size ?? SOME_SIZE;
  const input = form.input.fixed ?? { width: up(width), height: up(height) };
  const { rank, layout } = form.output;
  const builder = new GraphBuilder(opsetOf(model), 'winnow.');
  const map = builder.cast(network.output.name, 'float32');
  const output = valueInfo(map, ElementType.float32, new Array<string>(rank).fill(''));
  const nodes = [...network.nodes, ...builder.nodes];
  const place = (shape: Shape) => (rank === 3 ? shape.slice(1) : PLACE[layout].map((axis) => shape[axis]));
  return { graph: withoutWeights(model, part, input, nodes, output), input, place };
}

type Shape = readonly (number | string)[];

/** Weights are inputs, of which the runtime takes the shape to be all that there is. */
function withoutWeights(
  model: Model,
  { network, form }: Part,
  { width, height }: { width: number; height: number },
  node: Node[],
  output: ValueInfo,
): Uint8Array {
  const { initializer } = network.graph;
  const elements = ({ dims }: Tensor) => dims.reduce((product, length) => product * Number(length), 1);
  const weights = initializer.filter((one) => elements(one) > LONGEST_SHAPE);
  const fed = weights.map(({ name, dataType, dims }) => valueInfo(name, dataType, dims.map(Number)));
  const dims = form.input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  const graph = makeGraph({
    name: 'winnow',
    node,
    initializer: initializer.filter((one) => !weights.includes(one)),
    input: [valueInfo(network.input.name, form.input.type, dims), ...fed],
    output: [output],
  });
  return encodeModel(makeModel({ ...model, graph }));
}
