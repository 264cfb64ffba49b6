import { GraphBuilder } from '../builder.ts';
import { partOf, weightOf, type Chain, type Part, type Reading } from './chain.ts';
import { endingOf } from './ending.ts';
import { addSums, type Sums } from './merge.ts';
import { ElementType, opsetOf, type Model, type ValueInfo } from '../model.ts';
import { copyNodes } from '../network.ts';
import { addOutcome } from './outcome.ts';
import { addPass, type PassPlan, type Run } from './passes.ts';
import { phasedSize, stripsOf } from './phases.ts';
import { Pictures, takenSize } from './picture.ts';
import { placeInputs } from './places.ts';
import { voteOf } from './votes.ts';
import { encodeModel, makeGraph, makeModel, makeValueInfo, type Init } from '../proto.ts';

/** What goes into and comes out of a compiled member. */
export const Value = {
  /** in: uint8 [1, H, W, 3], RGB */
  pixels: 'winnow.pixels',
  /** in: uint8 [1, H, W], class indexes and IGNORE; with Chain.phases in their order */
  given: 'winnow.given',
  /** out: uint8 [4, H, W], see common/planes.ts; with Chain.phases in their order */
  planes: 'winnow.planes',
  /** out, of a chain that is sampled: float32 [C, n], log p̄ at the places that go in, see places.ts */
  sample: 'winnow.sample',
  /** of a patch: Sums.merged, float32 [1, C, h, w] */
  sums: 'winnow.sums',
  /** of a patch of several passes: Sums.entropy, float32 [1, 1, h, w] */
  entropy: 'winnow.entropy',
  /** of a patch of several passes, where they are merged by another rule than the mean: Sums.mean, float32 [1, C, h, w] */
  mean: 'winnow.mean',
} as const;

/** One member's place in a chain. */
export interface Role {
  chain: Chain;
  first: boolean;
  last: boolean;
  /** pictures are brought to a size divisible by this beside Reading.multiple, for networks that run on no other */
  multiple: number;
}

/**
 * A member as one ONNX graph from bytes to bytes: the picture prepared, the network once for each pass, probabilities,
 * the running sums, and in the last member the planes made of them. In the model's own opset.
 */
export function compileMember(model: Model, reading: Reading, { chain, first, last, multiple }: Role): Uint8Array {
  const graph = new GraphBuilder(opsetOf(model), 'winnow.');
  const size = graph.sizeOf(Value.pixels, 1);
  const before = first ? null : sumsBefore(chain);
  const part = partOf(model, reading, chain);
  const sums = addPasses(graph, part, reading, chain, { multiple, size, before });
  const given = last && chain.labelled ? Value.given : null;
  const places = last && chain.sampled ? placeInputs(chain.phases) : undefined;
  if (last) addOutcome(graph, { ...chain, size, given, places }, sums, Value);
  else carriedBy(chain).forEach((name, i) => graph.add('Identity', [namesOf(sums)[i]], {}, nextOf(name)));
  const order = chain.phases ? phasedSize(chain.phases) : placeOf(chain);
  const inputs = [pixelsOf(chain)];
  if (given) inputs.push(tensor(given, 'uint8', [1, ...order]));
  for (const name of places ?? []) inputs.push(tensor(name, 'int64', [`${name}.n`]));
  if (!first) inputs.push(...carriedBy(chain).map((name) => tensor(name, 'float32', null)));
  const outputs = last
    ? [tensor(Value.planes, 'uint8', [4, ...order]), ...sampleOf(chain)]
    : carriedBy(chain).map((name) => tensor(nextOf(name), 'float32', null));
  return encode(model, graph, inputs, [...outputs, ...votesOf(chain, part)]);
}

/**
 * A member for one window of a picture, as large as `chain.size`: what its passes add to the sums, each `Value` of which
 * there is one, at every pixel, not divided by anything. Over members they add up (of `max`, `Value.sums` is the greatest),
 * over windows too, once multiplied by the windows' shares. Votes of its passes, where they are asked for, as a member's.
 */
export function compilePatch(model: Model, reading: Reading, whole: Chain, { multiple = 1 } = {}): Uint8Array {
  const chain: Chain = { ...whole, grid: 'full', phases: null };
  const graph = new GraphBuilder(opsetOf(model), 'winnow.');
  const size = graph.sizeOf(Value.pixels, 1);
  const part = partOf(model, reading, chain);
  const sums = addPasses(graph, part, reading, chain, { multiple, size, before: null });
  const names = patchValues(chain);
  names.forEach((name, i) => graph.add('Identity', [namesOf(sums)[i]], {}, name));
  const outputs = names.map((name) => tensor(name, 'float32', null));
  return encode(model, graph, [pixelsOf(chain)], [...outputs, ...votesOf(chain, part)]);
}

/** The planes of what windows and members added up to, of any height and width: from the values of a patch, and the labels. */
export function compileFinish(whole: Chain, opset = 17): Uint8Array {
  const chain: Chain = { ...whole, grid: 'full', phases: null };
  const graph = new GraphBuilder(opset, 'winnow.');
  const names = patchValues(chain);
  const [merged, entropy = null, mean = null] = names;
  const given = chain.labelled ? Value.given : null;
  const places = chain.sampled ? placeInputs(null) : undefined;
  const size = graph.sizeOf(merged, 2);
  addOutcome(graph, { ...chain, size, given, places }, { merged: [merged], entropy, mean }, Value);
  const inputs = names.map((name) =>
    tensor(name, 'float32', [1, name === Value.entropy ? 1 : chain.channels, 'H', 'W']),
  );
  if (given) inputs.push(tensor(given, 'uint8', [1, 'H', 'W']));
  for (const name of places ?? []) inputs.push(tensor(name, 'int64', ['n']));
  const model = { irVersion: 8n, opsetImport: [{ domain: '', version: BigInt(opset) }] };
  return encode(model, graph, inputs, [tensor(Value.planes, 'uint8', [4, 'H', 'W']), ...sampleOf(chain)]);
}

const sampleOf = ({ sampled, channels }: Chain): ValueInfo[] =>
  sampled ? [tensor(Value.sample, 'float32', [channels, 'n'])] : [];

const votesOf = ({ voted }: Chain, { passes }: Part): ValueInfo[] =>
  voted ? passes.map((_, i) => tensor(voteOf(i), 'uint8', [1, '', ''])) : [];

/** What a patch gives out, in the order of Sums. */
export const patchValues = ({ passes, merge }: Chain): string[] => [
  Value.sums,
  ...(passes > 1 ? [Value.entropy, ...(merge === 'mean' ? [] : [Value.mean])] : []),
];

/**
 * The sums over the passes of the members before that a member takes in, float32: see Sums. What it gives out is the same
 * with its own passes added, under the names `nextOf` these.
 */
export function carriedBy({ phases, passes, grid, merge }: Chain): string[] {
  const strips = phases ? stripsOf(phases).length : 1;
  const merged = Array.from({ length: strips }, (_, i) => `winnow.merged.${i}`);
  if (passes === 1) return merged;
  return [...merged, Value.entropy, ...(grid === 'coarse' || merge !== 'mean' ? [Value.mean] : [])];
}

export const nextOf = (name: string): string => `${name}.next`;

function sumsBefore(chain: Chain): Sums {
  const names = carriedBy(chain);
  const merged = names.filter((name) => name.startsWith('winnow.merged.'));
  const [entropy = null, mean = null] = names.slice(merged.length);
  return { merged, entropy, mean };
}

const namesOf = ({ merged, entropy, mean }: Sums) => [...merged, entropy, mean].filter((name) => name !== null);

/** Adds a copy of the network for each pass, and its weights; what all passes come to. */
function addPasses(
  graph: GraphBuilder,
  part: Part,
  reading: Reading,
  chain: Chain,
  { multiple, size, before }: { multiple: number; size: string; before: Sums | null },
): Sums {
  const { network, form, activation, classes, passes } = part;
  const { classMap, preprocessing } = reading;
  const ending = endingOf(network, activation, form, reading.whole);
  const { channels, sumByProduct, merge, phases } = chain;
  const meaning = { activation, binary: form.binary, classes, channels, map: classMap, sumByProduct };
  const grid = chain.passes > 1 ? chain.grid : null;
  const plan: PassPlan = {
    ...{ ending, form: form.output, meaning, merge, grid, phases },
    weight: weightOf(chain, reading, part),
  };
  const pictures = new Pictures(graph, Value.pixels, form.input, preprocessing);
  const leaveOut = ending.kind === 'upsampled' ? ending.tail : [];
  const fed = passes.map((pass) => {
    const taken = takenSize(pass, form.input, Math.max(multiple, reading.multiple), chain.size);
    return { pass, taken, input: pictures.for(pass, taken) };
  });
  const runs = fed.map(({ pass, taken, input }, i) => {
    const begin = graph.nodes.length;
    const { nodes, rename } = copyNodes(network, input, `.${i}`, leaveOut);
    graph.nodes.push(...nodes);
    const restore = taken !== 'own' || ending.kind === 'coarse' ? size : null;
    const vote = chain.voted ? { classes: chain.classes, output: voteOf(i) } : null;
    const run: Run = { turn: pass.turn, output: rename(network.output.name), rename, restore, vote };
    const added = addPass(graph, plan, run);
    return { added, nodes: graph.nodes.splice(begin) };
  });
  // The runtime does what stands later first, where it can choose. So passes stand in reverse before what adds them up:
  // each is added as soon as it is there, and no more than one is kept.
  graph.nodes.push(...runs.toReversed().flatMap(({ nodes }) => nodes));
  const sums = runs.reduce<Sums | null>((all, { added }) => addSums(graph, chain, all, added), before);
  graph.initializers.unshift(...network.graph.initializer);
  if (!sums) throw new Error('Expected at least one pass.');
  return sums;
}

const placeOf = ({ size }: Chain) => [size?.height ?? 'H', size?.width ?? 'W'];

const pixelsOf = (chain: Chain) => tensor(Value.pixels, 'uint8', [1, ...placeOf(chain), 3]);

function encode(model: Init<Model>, graph: GraphBuilder, input: ValueInfo[], output: ValueInfo[]): Uint8Array {
  const { nodes: node, initializers: initializer } = graph;
  return encodeModel(makeModel({ ...model, graph: makeGraph({ name: 'winnow', node, initializer, input, output }) }));
}

/** `shape` null: rank 4 of any size. */
export const tensor = (name: string, type: keyof typeof ElementType, shape: (number | string)[] | null): ValueInfo =>
  valueInfo(name, ElementType[type], shape ?? ['', '', '', '']);

export function valueInfo(name: string, elemType: number, dims: (number | string)[]): ValueInfo {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size }));
  return makeValueInfo({ name, type: { tensorType: { elemType, shape: { dim } } } });
}
