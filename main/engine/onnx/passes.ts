import type { ModelInfo } from '../../../common/scan.ts';
import type { GraphBuilder } from './builder.ts';
import type { Ending } from './ending.ts';
import { upsampleByPhase, type Phases } from './phases.ts';
import type { Node } from './model.ts';
import { makeNode } from './proto.ts';

/** Running sums over passes, by value name. */
export interface Sums {
  /** p [1, K, H, W]; by phase one for each strip: see phases.ts */
  p: string[];
  /** entropy of p in nats [1, 1, h, w], on the grid of disagreement; null: one pass cannot disagree */
  entropy: string | null;
  /** p on the grid of disagreement [1, K, h, w]; null where that is every pixel */
  coarse: string | null;
}

/** A distribution over classes at every place, and what its entropy is made of. */
interface Distribution {
  p: string;
  entropy: () => string;
}

/** How passes become probabilities; the same for all passes of a member. */
export interface PassPlan {
  ending: Ending;
  activation: ModelInfo['activation'];
  classes: number;
  /** the network's map has to be brought to this size (int64 [2]); null: it has the size of the picture */
  restore: string | null;
  /** see Role.grid; null: nothing is computed for disagreement */
  grid: 'coarse' | 'full' | null;
  sumByProduct: boolean;
  /** upsampled maps keep their pixels in this order; null: row by row */
  phases: Phases | null;
}

/** What a pass gives, in the picture's own orientation; `rename` leads from the network's value names to this pass's. */
export function addPass(
  graph: GraphBuilder,
  plan: PassPlan,
  output: string,
  rename: (name: string) => string,
  flipped: boolean,
): Sums {
  const turn = (value: string) => (flipped ? graph.flip(value) : value);
  const { ending } = plan;
  if (ending.kind === 'upsampled') {
    // Resizing is linear, and softmax does not mind what is subtracted from all classes: taking the maximum away, and
    // turning back, before the Resize spares two passages over K × H × W each.
    const coarse = turn(belowMaximum(graph, rename(ending.coarse)));
    if (plan.phases) {
      const strips = upsampleByPhase(graph, coarse, plan.classes, plan.phases);
      const p = strips.map((strip) => softmax(graph, plan, strip).p);
      return plan.grid ? { p, ...onCoarseGrid(softmax(graph, plan, coarse)) } : { p, entropy: null, coarse: null };
    }
    const whole = softmax(graph, plan, resizeAgain(graph, ending.resize, coarse, rename));
    return toSums(graph, plan, whole, plan.grid === 'coarse' ? softmax(graph, plan, coarse) : whole);
  }
  const map =
    plan.activation === 'logits'
      ? softmax(graph, plan, turn(belowMaximum(graph, output)))
      : given(graph, plan, turn(output));
  return toSums(graph, plan, map, map);
}

/** The network's own Resize, of another value. */
function resizeAgain(graph: GraphBuilder, resize: Node, coarse: string, rename: (name: string) => string): string {
  const name = `${rename(resize.output[0])}.logits`;
  const input = [coarse, ...resize.input.slice(1).map(rename)];
  graph.nodes.push(makeNode({ ...resize, name, input, output: [name] }));
  return name;
}

/** `b` on the grid of `a`, added to it. */
export function addSums(graph: GraphBuilder, a: Sums | null, b: Sums, classes: number): Sums {
  if (!a) return b;
  const p = a.p.map((part, i) => graph.add('Add', [part, b.p[i]]));
  if (!a.entropy || !b.entropy) return { p, entropy: null, coarse: null };
  if (!a.coarse || !b.coarse) return { p, entropy: graph.add('Add', [a.entropy, b.entropy]), coarse: null };
  // Members may decide on grids of different sizes; to the same size a Resize is a copy.
  const size = graph.sizeOf(a.coarse, 2);
  const entropy = graph.add('Add', [a.entropy, graph.resize(b.entropy, 1, size)]);
  return { p, entropy, coarse: graph.add('Add', [a.coarse, graph.resize(b.coarse, classes, size)]) };
}

/** Sum over classes, keeping the axis. */
export function sumClasses(
  graph: GraphBuilder,
  plan: Pick<PassPlan, 'classes' | 'sumByProduct'>,
  value: string,
): string {
  if (!plan.sumByProduct) return graph.reduce('ReduceSum', value, [1]);
  const ones = graph.float(new Array<number>(plan.classes).fill(1), [1, plan.classes]);
  const rows = graph.add('Reshape', [value, graph.int64s([1, plan.classes, -1])]);
  const shape = graph.add('Concat', [graph.int64s([1, 1]), graph.sizeOf(value, 2)], { axis: 0 });
  return graph.add('Reshape', [graph.add('MatMul', [ones, rows]), shape]);
}

/** −Σ p log p in nats. */
export function entropyOf(graph: GraphBuilder, plan: Pick<PassPlan, 'classes' | 'sumByProduct'>, p: string): string {
  const log = graph.add('Log', [graph.add('Max', [p, graph.float(1e-30)])]);
  return graph.add('Neg', [sumClasses(graph, plan, graph.add('Mul', [p, log]))]);
}

/** `coarse`: the distribution on the network's own grid, before anything was upsampled. */
function toSums(graph: GraphBuilder, plan: PassPlan, map: Distribution, coarse: Distribution): Sums {
  const p = plan.restore ? graph.resize(map.p, plan.classes, plan.restore) : map.p;
  if (!plan.grid) return { p: [p], entropy: null, coarse: null };
  if (plan.grid === 'coarse') return { p: [p], ...onCoarseGrid(coarse) };
  // On the full grid a map that was brought to the picture's size is judged as it is there.
  return { p: [p], entropy: plan.restore ? entropyOf(graph, plan, p) : map.entropy(), coarse: null };
}

const onCoarseGrid = ({ p, entropy }: Distribution) => ({ entropy: entropy(), coarse: p });

const belowMaximum = (graph: GraphBuilder, logits: string) =>
  graph.add('Sub', [logits, graph.reduce('ReduceMax', logits, [1])]);

/** ONNX's own Softmax over an axis that is not the last takes many times as long. `logits` are at most 0. */
function softmax(graph: GraphBuilder, plan: PassPlan, logits: string): Distribution {
  const powers = graph.add('Exp', [logits]);
  const total = sumClasses(graph, plan, powers);
  const share = graph.add('Reciprocal', [total]);
  // H = log Σ eᶻ − Σ p z needs the logarithm of one value a pixel instead of K.
  const entropy = () => {
    const weighted = sumClasses(graph, plan, graph.add('Mul', [powers, logits]));
    return graph.add('Sub', [graph.add('Log', [total]), graph.add('Mul', [weighted, share])]);
  };
  return { p: graph.add('Mul', [powers, share]), entropy };
}

const given = (graph: GraphBuilder, plan: PassPlan, p: string): Distribution => ({
  p,
  entropy: () => entropyOf(graph, plan, p),
});
