import { GraphBuilder } from './builder.ts';
import { partOf, type Chain, type Reading } from './chain.ts';
import { tensor, valueInfo } from './compile.ts';
import { endingOf } from './ending.ts';
import { opsetOf, type Model, type Tensor } from './model.ts';
import { takenSize } from './picture.ts';
import { encodeModel, makeGraph, makeModel } from './proto.ts';

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
  const { network, form, passes } = part;
  const ending = endingOf(network, reading.activation, form);
  if (ending.kind !== 'upsampled' || !ending.halfPixel) return null;
  if (passes.some((pass) => takenSize(pass, form.input, reading.multiple, size) !== 'own')) return null;
  const { initializer } = network.graph;
  const elements = ({ dims }: Tensor) => dims.reduce((product, length) => product * Number(length), 1);
  const weights = initializer.filter((one) => elements(one) > LONGEST_SHAPE);
  const fed = weights.map(({ name, dataType, dims }) => valueInfo(name, dataType, dims.map(Number)));
  const builder = new GraphBuilder(opsetOf(model), 'winnow.');
  const logits = builder.cast(ending.coarse, 'float32');
  return [...new Set(passes.map(({ turn }) => turn.swap))].map((swapped) => {
    const [height, width] = swapped ? [size.width, size.height] : [size.height, size.width];
    const dims = form.input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
    const graph = makeGraph({
      name: 'winnow',
      node: [...network.nodes.filter((one) => !ending.tail.includes(one)), ...builder.nodes],
      initializer: initializer.filter((one) => !weights.includes(one)),
      input: [valueInfo(network.input.name, form.input.type, dims), ...fed],
      output: [tensor(logits, 'float32', null)],
    });
    return { graph: encodeModel(makeModel({ ...model, graph })), swapped };
  });
}
