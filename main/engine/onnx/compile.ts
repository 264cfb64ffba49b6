import type { TtaSettings } from '../../../common/ensemble.ts';
import type { Member } from '../inference/member.ts';
import { GraphBuilder } from './builder.ts';
import { endingOf } from './ending.ts';
import { ElementType, opsetOf, shapeOf, type Model, type Tensor, type ValueInfo } from './model.ts';
import { copyNodes, networkOf, type Network } from './network.ts';
import { addOutcome } from './outcome.ts';
import { addPass, addSums, type Sums } from './passes.ts';
import { phasedSize, stripsOf, type Phases } from './phases.ts';
import { preparePicture, type TakenSize } from './picture.ts';
import { encodeModel, makeGraph, makeModel, makeValueInfo } from './proto.ts';

/** What goes into and comes out of a compiled member. */
export const Value = {
  /** in: uint8 [1, H, W, 3], RGB */
  pixels: 'winnow.pixels',
  /** in: uint8 [1, H, W], class indexes and IGNORE; with Chain.phases in their order */
  given: 'winnow.given',
  /** out: uint8 [4, H, W], see common/planes.ts; with Chain.phases in their order */
  planes: 'winnow.planes',
} as const;

/** What all members of a chain share. Members run one after the other, each adding its passes to the sums. */
export interface Chain {
  members: number;
  tta: TtaSettings;
  /** channels of every member's output */
  classes: number;
  /** the last member takes the given labels and returns p(given) */
  labelled: boolean;
  /**
   * The one size of picture the chain is for; null: any. Knowing it, the runtime works out beforehand what networks
   * compute from their input's size, a third of their operators and a twentieth of their time.
   */
  size: { width: number; height: number } | null;
  /**
   * Where disagreement is computed. `coarse`: on the grid of the first member's own output, before it was brought to the
   * size of the picture, and upsampled from there; `full`: at every pixel, where a member decides at every pixel.
   */
  grid: 'coarse' | 'full';
  /** sums over classes as a product with a row of ones: on a CPU five times as fast as ReduceSum, on a GPU less exact */
  sumByProduct: boolean;
  /**
   * All members end in coarse logits of one size that are upsampled by a whole factor; given labels and planes go in and
   * come out in the order of phases.ts. Null: row by row. Only for chains of one size.
   */
  phases: Phases | null;
}

/** One member's place in a chain. */
export interface Role {
  chain: Chain;
  first: boolean;
  last: boolean;
  /** pictures are brought to a size divisible by this, for networks that run on no other */
  multiple: number;
}

export type Reading = Pick<Member, 'activation' | 'preprocessing'>;

export const passesOf = ({ members, tta }: Pick<Chain, 'members' | 'tta'>): number => members * (tta.hflip ? 2 : 1);

/** `full` where this member decides at every pixel; a chain is coarse if all its members are. */
export function gridOf(model: Model, { activation }: Reading): Chain['grid'] {
  const network = networkOf(model);
  return endingOf(network, activation).kind === 'full' && !declaredSize(network) ? 'full' : 'coarse';
}

/**
 * A member as one ONNX graph from bytes to bytes: the picture prepared, the network once for each pass of test-time
 * augmentation, softmax, the running sums, and in the last member the planes made of them. In the model's own opset.
 */
export function compileMember(model: Model, reading: Reading, role: Role): Uint8Array {
  const { chain } = role;
  const network = networkOf(model);
  const ending = endingOf(network, reading.activation);
  const graph = new GraphBuilder(opsetOf(model), 'winnow.');
  const taken: TakenSize = declaredSize(network) ?? (role.multiple > 1 ? { multiple: role.multiple } : 'own');
  const size = graph.sizeOf(Value.pixels, 1);
  const picture = preparePicture(graph, Value.pixels, taken, reading.preprocessing);
  const restore = taken !== 'own' || ending.kind === 'coarse' ? size : null;
  const { activation } = reading;
  const plan = { ...chain, activation, ending, restore, grid: passesOf(chain) > 1 ? chain.grid : null };
  let sums: Sums | null = role.first ? null : sumsBefore(chain);
  for (const flipped of chain.tta.hflip ? [false, true] : [false]) {
    const input = flipped ? graph.flip(picture) : picture;
    const leaveOut = ending.kind === 'upsampled' ? ending.tail : [];
    const { nodes, rename } = copyNodes(network, input, flipped ? '.flipped' : '.plain', leaveOut);
    graph.nodes.push(...nodes);
    sums = addSums(graph, sums, addPass(graph, plan, rename(network.output.name), rename, flipped), chain.classes);
  }
  if (!sums) throw new Error('Expected at least one pass.');
  const given = chain.labelled ? Value.given : null;
  if (role.last) addOutcome(graph, { ...chain, passes: passesOf(chain), size, given }, sums, Value.planes);
  else carriedBy(chain).forEach((name, i) => graph.add('Identity', [namesOf(sums)[i]], {}, nextOf(name)));
  return encodeModel(assemble(model, network, graph, role));
}

/** Elements of a tensor that may hold a shape. */
const LONGEST_SHAPE = 16;

/**
 * The network for pictures of one size, up to the logits before they are upsampled: once it is loaded, the runtime knows
 * their shape, whatever the network computes from the size of its input. It cannot be run: of most weights, only the shape
 * is there. Null where the network does not end like that.
 */
export function compileProbe(
  model: Model,
  { activation }: Reading,
  { width, height }: { width: number; height: number },
): Uint8Array | null {
  const network = networkOf(model);
  const ending = endingOf(network, activation);
  if (ending.kind !== 'upsampled' || !ending.halfPixel || declaredSize(network)) return null;
  const { initializer } = network.graph;
  const elements = ({ dims }: Tensor) => dims.reduce((product, size) => product * Number(size), 1);
  const weights = initializer.filter((one) => elements(one) > LONGEST_SHAPE);
  const fed = weights.map(({ name, dataType, dims }) => valueInfo(name, dataType, dims.map(Number)));
  const graph = makeGraph({
    name: 'winnow',
    node: network.nodes.filter((one) => !ending.tail.includes(one)),
    initializer: initializer.filter((one) => !weights.includes(one)),
    input: [tensor(network.input.name, 'float32', [1, 3, height, width]), ...fed],
    output: [tensor(ending.coarse, 'float32', null)],
  });
  return encodeModel(makeModel({ ...model, graph }));
}

/**
 * The sums over the passes of the members before that a member takes in, float32: p [1, K, H, W], or its strips; then, if
 * there is more than one pass, entropy, and p on the grid of disagreement. What it gives out is the same with its own
 * passes added, under the names `nextOf` these.
 */
export function carriedBy(chain: Chain): string[] {
  const strips = chain.phases ? stripsOf(chain.phases).length : 1;
  const p = Array.from({ length: strips }, (_, i) => `winnow.p.${i}`);
  if (passesOf(chain) === 1) return p;
  return [...p, 'winnow.entropy', ...(chain.grid === 'full' ? [] : ['winnow.coarse'])];
}

export const nextOf = (name: string): string => `${name}.next`;

function sumsBefore(chain: Chain): Sums {
  const names = carriedBy(chain);
  const p = names.filter((name) => name.startsWith('winnow.p.'));
  const [entropy = null, coarse = null] = names.slice(p.length);
  return { p, entropy, coarse };
}

const namesOf = ({ p, entropy, coarse }: Sums) => [...p, entropy, coarse].filter((name) => name !== null);

function declaredSize(network: Network): { height: number; width: number } | null {
  const [, , height, width] = shapeOf(network.input) ?? [];
  return typeof height === 'number' && typeof width === 'number' ? { height, width } : null;
}

function assemble(model: Model, network: Network, graph: GraphBuilder, { chain, first, last }: Role): Model {
  const sums = carriedBy(chain);
  const place = [chain.size?.height ?? 'H', chain.size?.width ?? 'W'];
  const inputs = [tensor(Value.pixels, 'uint8', [1, ...place, 3])];
  const order = chain.phases ? phasedSize(chain.phases) : place;
  if (last && chain.labelled) inputs.push(tensor(Value.given, 'uint8', [1, ...order]));
  if (!first) inputs.push(...sums.map((name) => tensor(name, 'float32', null)));
  const outputs = last
    ? [tensor(Value.planes, 'uint8', [4, ...order])]
    : sums.map((name) => tensor(nextOf(name), 'float32', null));
  const initializer = [...network.graph.initializer, ...graph.initializers];
  const whole = makeGraph({ name: 'winnow', node: graph.nodes, initializer, input: inputs, output: outputs });
  return makeModel({ ...model, graph: whole });
}

/** `shape` null: rank 4 of any size. */
const tensor = (name: string, type: keyof typeof ElementType, shape: (number | string)[] | null): ValueInfo =>
  valueInfo(name, ElementType[type], shape ?? ['', '', '', '']);

function valueInfo(name: string, elemType: number, dims: (number | string)[]): ValueInfo {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size }));
  return makeValueInfo({ name, type: { tensorType: { elemType, shape: { dim } } } });
}
