import type { GraphBuilder } from '../builder.ts';
import { sumChannels, type Mapping } from './mapping.ts';
import type { Shares } from './merge.ts';

/** Least p of which a logarithm is taken, as elsewhere. */
const LEAST = 1e-30;
/** Where even the greatest p is below this, no class is recognised, and none becomes likely by being divided by little. */
const NOTHING = 1e-6;

/**
 * p ∝ p̄^(1/T) at single classes of every pixel (Guo et al. 2017, after the merge): from p̄ · unit, [1, 1, H, W], to the
 * same of the tempered distribution. Every class keeps its place in the order, so the label is that of p̄. `greatest`: p̄ of
 * the label, by which all is divided, so that no power leaves the range of float32. Absent or 1: what goes in comes out,
 * and nothing is added to the graph.
 */
export function tempered(
  graph: GraphBuilder,
  plan: Pick<Mapping, 'channels' | 'sumByProduct'> & { temperature?: number },
  { p, unit }: Shares,
  greatest: string,
): (p: string) => string {
  const { temperature = 1 } = plan;
  if (temperature === 1) return (one) => one;
  const log = (one: string) => graph.add('Log', [graph.add('Max', [one, graph.float(LEAST)])]);
  const top = log(greatest);
  const power = (one: string) =>
    graph.add('Exp', [graph.add('Mul', [graph.add('Sub', [log(one), top]), graph.float(1 / temperature)])]);
  const total = sumChannels(graph, plan, plan.channels, power(p));
  const recognised = graph.cast(graph.add('Less', [graph.float(NOTHING * unit), greatest]), 'float32');
  const share = graph.add('Div', [graph.add('Mul', [recognised, graph.float(unit)]), total]);
  return (one) => graph.add('Mul', [power(one), share]);
}
