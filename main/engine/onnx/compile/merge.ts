import type { Merge } from '../../../../common/ensemble.ts';
import type { GraphBuilder } from '../builder.ts';
import { weigh, type Distribution } from './distribution.ts';
import { sumChannels, type Mapping } from './mapping.ts';

/** Running sums over passes, by value name. */
export interface Sums {
  /**
   * What the merge adds up, [1, C, H, W], by phase one for each strip (see phases.ts). mean: Σ w p; geometric: Σ w log p;
   * max: the greatest p; vote: Σ w where the class is the likeliest. The lightest pass weighs 1.
   */
  merged: string[];
  /** Σ w H(p) in nats [1, 1, h, w], on the grid of disagreement; null: one pass cannot disagree */
  entropy: string | null;
  /** Σ w p on the grid of disagreement [1, C, h, w]; null where `merged` is that */
  mean: string | null;
}

/** What one pass adds to Sums.merged. */
export function addendOf(graph: GraphBuilder, merge: Merge, pass: Distribution, weight: number): string {
  if (merge === 'mean') return pass.p(weight);
  if (merge === 'geometric') return weigh(graph, pass.log(), weight);
  if (merge === 'vote') return weigh(graph, pass.vote(), weight);
  return pass.p(1);
}

/** `b` on the grid of `a`, added to it. */
export function addSums(
  graph: GraphBuilder,
  { merge, channels, grid }: { merge: Merge; channels: number; grid: 'coarse' | 'full' },
  a: Sums | null,
  b: Sums,
): Sums {
  if (!a) return b;
  const merged = a.merged.map((part, i) => graph.add(merge === 'max' ? 'Max' : 'Add', [part, b.merged[i]]));
  if (!a.entropy || !b.entropy) return { merged, entropy: null, mean: null };
  if (grid === 'full') {
    const mean = a.mean && b.mean && graph.add('Add', [a.mean, b.mean]);
    return {
      merged,
      entropy: addEntropyAfter(graph, [...merged, ...(mean ? [mean] : [])], a.entropy, b.entropy),
      mean,
    };
  }
  if (!a.mean || !b.mean) throw new Error('Expected p on the grid of disagreement.');
  // Members may decide on grids of different sizes; to the same size a Resize is a copy.
  const size = graph.sizeOf(a.mean, 2);
  const entropy = graph.add('Add', [a.entropy, graph.resize(b.entropy, 1, size)]);
  return { merged, entropy, mean: graph.add('Add', [a.mean, graph.resize(b.mean, channels, size)]) };
}

/**
 * a + b, once `sums` are there: else the runtime adds up one sum over all passes before the next, and keeps until then what
 * each pass is made of.
 */
function addEntropyAfter(graph: GraphBuilder, sums: string[], a: string, b: string): string {
  const waiting = sums.map((sum) => graph.slice(sum, 1, 0, 1));
  const entropy = graph.add('Add', [a, b]);
  return graph.slice(graph.add('Concat', [entropy, ...waiting], { axis: 1 }), 1, 0, 1);
}

/** p · `unit` at every pixel, [1, C, H, W]. */
export interface Shares {
  p: string;
  unit: number;
}

/** What all passes come to. `total`: the weights of all passes. */
export function addOutcomeOf(
  graph: GraphBuilder,
  merge: Merge,
  plan: Pick<Mapping, 'channels' | 'sumByProduct'> & { total: number },
  merged: string,
): Shares {
  if (merge === 'mean' || merge === 'vote') return { p: merged, unit: plan.total };
  const shares = merge === 'max' ? merged : addPowers(graph, weigh(graph, merged, 1 / plan.total));
  const total = sumChannels(graph, plan, plan.channels, shares);
  // Of several sigmoids even the greatest may be 0 for all classes.
  const share = graph.add('Reciprocal', [graph.add('Max', [total, graph.float(1e-6)])]);
  return { p: graph.add('Mul', [shares, share]), unit: 1 };
}

const addPowers = (graph: GraphBuilder, logits: string) =>
  graph.add('Exp', [graph.add('Sub', [logits, graph.reduce('ReduceMax', logits, [1])])]);
