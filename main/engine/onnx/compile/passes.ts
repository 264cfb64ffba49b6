import type { Merge } from '../../../../common/ensemble.ts';
import type { GraphBuilder } from '../builder.ts';
import { addReady, distributionOf, known, weigh, type Distribution, type Meaning } from './distribution.ts';
import type { Ending } from './ending.ts';
import type { Form } from './form.ts';
import { addendOf, type Sums } from './merge.ts';
import { ElementType, type Node } from '../model.ts';
import { upsampleByPhase, type Phases } from './phases.ts';
import { numberAfter } from './places.ts';
import { makeNode } from '../proto.ts';
import { addTurn, inverseOf, type Turn } from './turns.ts';
import { addVote } from './votes.ts';

/** How passes become probabilities; the same for all passes of a member. */
export interface PassPlan {
  ending: Ending;
  form: Form['output'];
  meaning: Meaning;
  merge: Merge;
  /** of each pass */
  weight: number;
  /** see Chain.grid; null: nothing is computed for disagreement */
  grid: 'coarse' | 'full' | null;
  /** upsampled maps keep their pixels in this order; null: row by row */
  phases: Phases | null;
}

/** One copy of the network. */
export interface Run {
  turn: Turn;
  /** value name of the output */
  output: string;
  /** from the network's value names to those of this copy */
  rename: (name: string) => string;
  /** the map has to be brought to this size (int64 [2]) once it is turned back; null: it has the size of the picture */
  restore: string | null;
  /** its vote among so many classes comes out under this name, see votes.ts; null: it is not asked for */
  vote: { classes: number; output: string } | null;
}

/** What a pass adds to the sums, in the picture's own orientation. */
export function addPass(graph: GraphBuilder, plan: PassPlan, run: Run): Sums {
  const { ending, meaning } = plan;
  const back = inverseOf(run.turn);
  const readied = (map: string) => addReady(graph, meaning, map);
  if (ending.kind !== 'upsampled') {
    // A map of one number a pixel is turned before it becomes one of K.
    const one = meaning.activation === 'ids';
    const map = inPlanes(graph, plan.form, run.output);
    const ready = one ? readied(addTurn(graph, map, back)) : addTurn(graph, readied(map), back);
    const own = distributionOf(graph, meaning, ready);
    return toSums(graph, plan, run, [restored(graph, plan, own, run.restore)], () => own);
  }
  // Resizing is linear, and softmax does not mind what is subtracted from all classes: taking the maximum away, and
  // turning back, before the Resize spares two passages over K × H × W each. One channel stays one until it is resized.
  const [early, late] = meaning.binary ? [asItIs, readied] : [readied, asItIs];
  const coarse = addTurn(graph, early(asFloat(graph, plan, run.rename(ending.coarse))), back);
  const judged = (map: string) => distributionOf(graph, meaning, late(map));
  const low = () => judged(coarse);
  if (plan.phases) {
    const channels = meaning.binary ? 1 : meaning.classes;
    const strips = upsampleByPhase(graph, coarse, channels, plan.phases);
    return toSums(graph, plan, run, strips.map(judged), low);
  }
  const whole = judged(resizeAgain(graph, ending.resize, coarse, run));
  const full = restored(graph, plan, whole, run.restore);
  return toSums(graph, plan, run, [full], low);
}

const asItIs = (value: string) => value;

/** `parts`: at every pixel of the picture; `coarse`: on the network's own grid, before anything was upsampled. */
function toSums(
  graph: GraphBuilder,
  { merge, weight, grid }: PassPlan,
  { vote }: Run,
  parts: Distribution[],
  coarse: () => Distribution,
): Sums {
  const low = grid === 'coarse' || vote ? coarse() : parts[0];
  if (vote) addVote(graph, vote.classes, low.scores, vote.output);
  const merged = parts.map((part) => addendOf(graph, merge, part, weight));
  if (!grid) return { merged, entropy: null, mean: null };
  const judged = grid === 'coarse' ? low : parts[0];
  const mean = grid === 'coarse' || merge !== 'mean' ? judged.p(weight) : null;
  // Where a pass decides at every pixel its sums wait for its vote: else the runtime takes all votes last, and keeps the
  // maps of all passes until then.
  const share = vote && grid === 'full' ? numberAfter(graph, weight, graph.cast(vote.output, 'float32')) : null;
  const entropy = judged.entropy();
  return { merged, entropy: share ? graph.add('Mul', [entropy, share]) : weigh(graph, entropy, weight), mean };
}

function restored(graph: GraphBuilder, { meaning }: PassPlan, map: Distribution, size: string | null): Distribution {
  return size ? known(graph, meaning, graph.resize(map.p(1), meaning.channels, size)) : map;
}

/** The network's own Resize, of another value that is turned back already: what it says of height and width is, too. */
function resizeAgain(graph: GraphBuilder, resize: Node, coarse: string, { rename, turn }: Run): string {
  const name = `${rename(resize.output[0])}.logits`;
  // Region, factors and sizes; where there are sizes, factors are empty.
  const how = resize.input.slice(1, 1 + resize.input.findLastIndex(Boolean)).map(rename);
  if (turn.swap) how.push(graph.add('Gather', [how.pop() ?? '', graph.int64s([0, 1, 3, 2])], { axis: 0 }));
  const input = [coarse, ...how];
  graph.nodes.push(makeNode({ ...resize, name, input, output: [name] }));
  return name;
}

/** float32 [1, *, h, w] */
function inPlanes(graph: GraphBuilder, { layout, rank, type }: Form['output'], output: string): string {
  const value = type === ElementType.float32 ? output : graph.cast(output, 'float32');
  if (rank === 3) return graph.unsqueeze(value, [1]);
  return layout === 'nhwc' ? graph.add('Transpose', [value], { perm: [0, 3, 1, 2] }) : value;
}

/** Between the logits and the output their type may change. */
const asFloat = (graph: GraphBuilder, { ending, form }: PassPlan, value: string) =>
  form.type === ElementType.float32 && ending.kind === 'upsampled' && !ending.tail.some((one) => one.opType === 'Cast')
    ? value
    : graph.cast(value, 'float32');
