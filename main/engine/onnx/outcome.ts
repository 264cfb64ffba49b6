import type { GraphBuilder } from './builder.ts';
import { entropyOf, type Sums } from './passes.ts';
import { upsampleByPhase, type Phases } from './phases.ts';

export interface OutcomePlan {
  classes: number;
  /** summed up in the sums */
  passes: number;
  /** int64 [2]: height and width of the picture */
  size: string;
  grid: 'coarse' | 'full';
  /** uint8 [1, H, W], class indexes and IGNORE; null: no labels */
  given: string | null;
  sumByProduct: boolean;
  /** the order of pixels in the sums; null: row by row */
  phases: Phases | null;
}

/** The four planes of common/planes.ts, uint8 [4, H, W], made of the sums over all passes. */
export function addOutcome(graph: GraphBuilder, plan: OutcomePlan, sums: Sums, output: string): void {
  const index = graph.add('ArgMax', [sums.p], { axis: 1, keepdims: 1 });
  const label = graph.cast(index, 'uint8');
  const confidence = asByte(graph, graph.add('GatherElements', [sums.p, index], { axis: 1 }), 255 / plan.passes);
  // In float32: before version 14 the operators know no arithmetic of bytes.
  const none = (value: number) => {
    const zero = graph.add('Mul', [graph.cast(label, 'float32'), graph.float(0)]);
    return graph.cast(graph.add('Add', [zero, graph.float(value)]), 'uint8');
  };
  const disagreement = sums.entropy ? addDisagreement(graph, plan, sums.coarse ?? sums.p, sums.entropy) : none(0);
  const pGiven = plan.given ? addGiven(graph, plan, sums.p, plan.given) : none(255);
  const planes = graph.add('Concat', [label, confidence, disagreement, pGiven], { axis: 0 });
  graph.squeeze(planes, [1], output);
}

/** Mutual information between pass and label, H(p̄) − mean H(p), in 1/255 bits. */
function addDisagreement(graph: GraphBuilder, plan: OutcomePlan, p: string, entropy: string): string {
  const share = graph.float(1 / plan.passes);
  const whole = entropyOf(graph, plan, graph.add('Mul', [p, share]));
  let bits = graph.add('Sub', [whole, graph.add('Mul', [entropy, share])]);
  if (plan.phases) bits = upsampleByPhase(graph, bits, 1, plan.phases);
  else if (plan.grid === 'coarse') bits = graph.resize(bits, 1, plan.size);
  const bounded = graph.add('Min', [graph.add('Max', [bits, graph.float(0)]), graph.float(Math.LN2)]);
  return asByte(graph, bounded, 255 / Math.LN2);
}

/** p̄ of the given class, 1 where there is none. */
function addGiven(graph: GraphBuilder, plan: OutcomePlan, p: string, given: string): string {
  const classes = graph.cast(graph.unsqueeze(given, [1]), 'float32');
  const inside = graph.cast(graph.add('Min', [classes, graph.float(plan.classes - 1)]), 'int64');
  const found = graph.add('GatherElements', [p, inside], { axis: 1 });
  const labelled = graph.add('Less', [classes, graph.float(plan.classes)]);
  return asByte(graph, graph.add('Where', [labelled, found, graph.float(plan.passes)]), 255 / plan.passes);
}

/** Rounds to the nearest byte: a cast cuts off. */
const asByte = (graph: GraphBuilder, value: string, factor: number) =>
  graph.cast(graph.add('Add', [graph.add('Mul', [value, graph.float(factor)]), graph.float(0.5)]), 'uint8');
