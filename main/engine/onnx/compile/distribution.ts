import type { Activation } from '../../../../common/ensemble.ts';
import type { GraphBuilder } from '../builder.ts';
import { addOrdered, addSummed, kindOf, sumChannels, type Mapping } from './mapping.ts';

/** How a network's map becomes probabilities of the dataset's classes. */
export interface Meaning extends Mapping {
  activation: Activation;
  /** one channel stands for two classes */
  binary: boolean;
}

/** Channels at every place, [1, C, h, w], and what is made of them; added to the graph when it is asked for. */
export interface Distribution {
  /** greatest in the channel where p is */
  scores: string;
  /** times `weight` */
  p(weight: number): string;
  log(): string;
  /** in nats, [1, 1, h, w] */
  entropy(): string;
  /** 1 for the likeliest, 0 for all others */
  vote(): string;
}

/** Where all classes together come to less than this, none is recognised: p stays near 0 in all of them. */
const NOTHING = 1e-6;
/** Least p of which a logarithm is taken. */
const LEAST = 1e-30;

const isLogits = ({ activation, binary }: Meaning) =>
  activation === 'logits' || (binary && activation === 'sigmoid-logits');

/**
 * A network's map [1, *, h, w], float32, as what may be turned and resized and then be made a distribution of: logits at
 * most 0, or a number for each class.
 */
export function addReady(graph: GraphBuilder, meaning: Meaning, map: string): string {
  const { activation, binary, classes } = meaning;
  const one = activation === 'ids';
  const whole = one ? oneHot(graph, map, classes) : binary ? addOther(graph, meaning, map) : map;
  const ordered = addOrdered(graph, meaning, whole);
  return isLogits(meaning) ? graph.add('Sub', [ordered, graph.reduce('ReduceMax', ordered, [1])]) : ordered;
}

/** Softmax of (0, z) is what the sigmoid of z says of two classes. */
function addOther(graph: GraphBuilder, meaning: Meaning, map: string): string {
  const first = graph.add('Sub', [isLogits(meaning) ? map : graph.float(1), map]);
  return graph.add('Concat', [first, map], { axis: 1 });
}

/** Of what `addReady` gave, or of that resized. */
export function distributionOf(graph: GraphBuilder, meaning: Meaning, ready: string): Distribution {
  const { activation, classes, binary } = meaning;
  if (isLogits(meaning)) return softmax(graph, meaning, ready);
  if (binary || activation === 'probabilities' || activation === 'ids')
    return known(graph, meaning, addSummed(graph, meaning, ready), activation === 'ids');
  const shares = activation === 'sigmoid' ? ready : graph.add('Sigmoid', [ready]);
  const total = graph.add('Max', [sumChannels(graph, meaning, classes, shares), graph.float(NOTHING)]);
  return known(graph, meaning, graph.add('Div', [addSummed(graph, meaning, shares), total]));
}

/** Probabilities as they are. `isVote`: each is 0 or 1. */
export function known(graph: GraphBuilder, meaning: Mapping, p: string, isVote = false): Distribution {
  return {
    scores: p,
    p: (weight) => weigh(graph, p, weight),
    log: () => graph.add('Log', [graph.add('Max', [p, graph.float(LEAST)])]),
    entropy: () => entropyOf(graph, meaning, p),
    vote: () => (isVote ? p : voteOf(graph, meaning, p)),
  };
}

export const weigh = (graph: GraphBuilder, value: string, weight: number): string =>
  weight === 1 ? value : graph.add('Mul', [value, graph.float(weight)]);

/** −Σ p log p in nats. */
export function entropyOf(graph: GraphBuilder, plan: Pick<Mapping, 'channels' | 'sumByProduct'>, p: string): string {
  const log = graph.add('Log', [graph.add('Max', [p, graph.float(LEAST)])]);
  return graph.add('Neg', [sumChannels(graph, plan, plan.channels, graph.add('Mul', [p, log]))]);
}

const voteOf = (graph: GraphBuilder, { channels }: Pick<Mapping, 'channels'>, scores: string): string =>
  oneHot(graph, graph.cast(graph.add('ArgMax', [scores], { axis: 1, keepdims: 1 }), 'float32'), channels);

/** Of indexes [1, 1, h, w]: 1 in their channel of `channels`, 0 in the others. */
function oneHot(graph: GraphBuilder, indexes: string, channels: number): string {
  const all = graph.float(
    Array.from({ length: channels }, (_, k) => k),
    [1, channels, 1, 1],
  );
  return graph.cast(graph.add('Equal', [indexes, all]), 'float32');
}

/** ONNX's own Softmax over an axis that is not the last takes many times as long. `logits` are at most 0. */
function softmax(graph: GraphBuilder, meaning: Meaning, logits: string): Distribution {
  const { classes } = meaning;
  const parts = once(() => {
    const powers = graph.add('Exp', [logits]);
    const total = sumChannels(graph, meaning, classes, powers);
    return { powers, total, share: graph.add('Reciprocal', [total]) };
  });
  if (kindOf(meaning).kind === 'sums') {
    const { powers, share } = parts();
    return known(graph, meaning, graph.add('Mul', [addSummed(graph, meaning, powers), share]));
  }
  return {
    scores: logits,
    p: (weight) => graph.add('Mul', [parts().powers, weigh(graph, parts().share, weight)]),
    log: () => graph.add('Sub', [logits, graph.add('Log', [parts().total])]),
    // H = log Σ eᶻ − Σ p z needs the logarithm of one value a pixel instead of K.
    entropy: () => {
      const { powers, total, share } = parts();
      const weighted = sumChannels(graph, meaning, classes, graph.add('Mul', [powers, logits]));
      return graph.add('Sub', [graph.add('Log', [total]), graph.add('Mul', [weighted, share])]);
    },
    vote: () => voteOf(graph, meaning, logits),
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
