import type { GraphBuilder } from '../builder.ts';
import type { Chain } from './chain.ts';
import { entropyOf } from './distribution.ts';
import { addOutcomeOf, type Sums } from './merge.ts';
import { stripsOf, upsampleByPhase, type Phases } from './phases.ts';
import { addSample, numberAfter, pick } from './places.ts';
import { tempered } from './temperature.ts';

export type OutcomePlan = Pick<
  Chain,
  'merge' | 'classes' | 'channels' | 'unsaid' | 'total' | 'grid' | 'sumByProduct' | 'phases' | 'temperature'
> & {
  /** int64 [2]: height and width of the picture */
  size: string;
  /** uint8 [1, H, W], class indexes and IGNORE; null: no labels */
  given: string | null;
  /** int64 [n] for each strip, places in it, see places.ts; absent: nothing is sampled */
  places?: readonly string[];
};

/** The four planes of common/planes.ts, uint8 [4, H, W], made of the sums over all passes; log p̄ at the places there are. */
export function addOutcome(
  graph: GraphBuilder,
  plan: OutcomePlan,
  sums: Sums,
  output: { planes: string; sample: string },
): void {
  const given = plan.given && plan.phases ? stripsOfGiven(graph, plan.given, plan.phases) : [plan.given];
  const strips = sums.merged.map((part, i) => addStrip(graph, plan, part, given[i], plan.places?.[i]));
  const picked = strips.map((strip) => strip.picked).filter((one) => one !== null);
  if (picked.length) addSample(graph, picked, strips[0].unit, output.sample);
  // Last: what the runtime does first then adds up all sums side by side, see addSums.
  const disagreement = sums.entropy ? addDisagreement(graph, plan, sums.mean ?? sums.merged[0], sums.entropy) : null;
  const whole = strips.map(({ label, confidence, pGiven }, i) =>
    graph.add('Concat', [label, confidence, disagreement?.[i] ?? addSame(graph, label, 0), pGiven], { axis: 0 }),
  );
  const planes = whole.length === 1 ? whole[0] : graph.add('Concat', whole, { axis: 2 });
  graph.squeeze(planes, [1], output.planes);
}

/** All but disagreement, each uint8 [1, 1, H, W], of one strip, or of the whole picture; p̄ · unit at its places. */
function addStrip(graph: GraphBuilder, plan: OutcomePlan, merged: string, given: string | null, places?: string) {
  const { p: all, unit } = addOutcomeOf(graph, plan.merge, plan, merged);
  const picked = places === undefined ? null : pick(graph, plan.channels, all, places);
  const p = plan.channels > plan.classes ? graph.slice(all, 1, 0, plan.classes) : all;
  const index = graph.add('ArgMax', [p], { axis: 1, keepdims: 1 });
  const label = graph.cast(index, 'uint8');
  const greatest = graph.add('GatherElements', [p, index], { axis: 1 });
  const temper = tempered(graph, plan, { p: all, unit }, greatest);
  const confidence = asByte(
    graph,
    temper(greatest),
    picked ? numberAfter(graph, 255 / unit, picked) : graph.float(255 / unit),
  );
  const pGiven = given ? addGiven(graph, plan, p, unit, given, temper) : addSame(graph, label, 255);
  return { label, confidence, pGiven, picked, unit };
}

const addSame = (graph: GraphBuilder, like: string, value: number) =>
  graph.add('Expand', [graph.cast(graph.float([value]), 'uint8'), graph.shape(like)]);

function stripsOfGiven(graph: GraphBuilder, given: string, phases: Phases): string[] {
  const place = phases.factor ** 2;
  return stripsOf(phases).map(({ first, rows }) => graph.slice(given, 1, first * place, (first + rows) * place));
}

/** Mutual information between pass and label, H(p̄) − mean H(p), in 1/255 bits, by strip. */
function addDisagreement(graph: GraphBuilder, plan: OutcomePlan, mean: string, entropy: string): string[] {
  const share = graph.float(1 / plan.total);
  const whole = entropyOf(graph, plan, graph.add('Mul', [mean, share]));
  const nats = graph.add('Sub', [whole, graph.add('Mul', [entropy, share])]);
  const strips = plan.phases
    ? upsampleByPhase(graph, nats, 1, plan.phases)
    : [plan.grid === 'coarse' ? graph.resize(nats, 1, plan.size) : nats];
  return strips.map((strip) => {
    const bounded = graph.add('Min', [graph.add('Max', [strip, graph.float(0)]), graph.float(Math.LN2)]);
    return asByte(graph, bounded, graph.float(255 / Math.LN2));
  });
}

/** p̄ of the given class, 1 where there is none or no member can say it. */
function addGiven(
  graph: GraphBuilder,
  plan: OutcomePlan,
  p: string,
  unit: number,
  given: string,
  temper: (p: string) => string,
): string {
  const classes = graph.cast(graph.unsqueeze(given, [1]), 'float32');
  const inside = graph.cast(graph.add('Min', [classes, graph.float(plan.classes - 1)]), 'int64');
  const found = temper(graph.add('GatherElements', [p, inside], { axis: 1 }));
  const labelled = graph.add('Less', [addSaid(graph, plan, classes), graph.float(plan.classes)]);
  return asByte(graph, graph.add('Where', [labelled, found, graph.float(unit)]), graph.float(255 / unit));
}

/** Classes that no member can say as if nothing were given. */
const addSaid = (graph: GraphBuilder, { unsaid, classes }: OutcomePlan, given: string): string =>
  unsaid.reduce(
    (value, k) => graph.add('Where', [graph.add('Equal', [given, graph.float(k)]), graph.float(classes), value]),
    given,
  );

/** Rounds to the nearest byte: a cast cuts off. */
const asByte = (graph: GraphBuilder, value: string, factor: string) =>
  graph.cast(graph.add('Add', [graph.add('Mul', [value, factor]), graph.float(0.5)]), 'uint8');
