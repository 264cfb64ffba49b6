import { readFloats, withFloats } from './floats.ts';
import type { Graph, Model, Node, Tensor } from '../model.ts';
import { changed, tensorsOf, withTensors } from './weights.ts';

/** What a BatchNormalization sees of one batch, by channel. */
export interface BatchStatistics {
  mean: ArrayLike<number>;
  /** divided by the number of values, not by one less */
  variance: ArrayLike<number>;
  /** values of each channel: pictures × height × width where it stands */
  count: number;
}

/** Inputs of a BatchNormalization, after the values themselves. */
export const Slot = { scale: 1, bias: 2, mean: 3, variance: 4 } as const;

/** The nodes whose statistics can be re-estimated, in order of execution; those in subgraphs are not among them. */
export const batchNormsOf = (model: Model): Node[] =>
  model.graph?.node.filter(({ opType, domain }) => opType === 'BatchNormalization' && domain === '') ?? [];

/**
 * The same model with statistics from data, as torch's `swa_utils.update_bn` leaves them: means over batches of equal
 * weight, whatever their size, of the mean and of the variance divided by one less than the number of values. A layer that
 * is used several times gets the mean over its uses. `batches`: of each, what every node of `batchNormsOf` saw. Throws
 * Error where a layer saw a single value a channel, or its statistics are no weights.
 */
export function withStatistics(model: Model, batches: readonly (readonly BatchStatistics[])[]): Model {
  const { graph } = model;
  if (!graph) return model;
  const norms = batchNormsOf(model);
  const layers = Map.groupBy(norms, ({ input }) => JSON.stringify([input[Slot.mean], input[Slot.variance]]));
  const replaced = new Map<string, Tensor>();
  const added: Tensor[] = [];
  const moved = new Map<Node, string[]>();
  for (const uses of layers.values()) {
    const seen = batches.flatMap((batch) => uses.map((node) => batch[norms.indexOf(node)]));
    for (const [slot, of] of [[Slot.mean, meanOf] as const, [Slot.variance, unbiased] as const]) {
      const name = uses[0].input[slot];
      const tensor = withFloats(tensorBehind(graph, name), meanOver(seen, of));
      if (isOwn(graph, name, slot, uses)) {
        replaced.set(name, tensor);
        continue;
      }
      // Exporters share tensors that are alike; from now on this layer has its own.
      const own = `${uses[0].output[0]}.${slot === Slot.mean ? 'mean' : 'variance'}`;
      added.push(changed(tensor, { name: own }));
      for (const node of uses) moved.set(node, (moved.get(node) ?? node.input).with(slot, own));
    }
  }
  const whole = withTensors(model, replaced).graph ?? graph;
  const node = whole.node.map((one) => changed(one, { input: moved.get(one) ?? one.input }));
  return changed(model, { graph: changed(whole, { node, initializer: [...whole.initializer, ...added] }) });
}

const meanOf = ({ mean }: BatchStatistics) => mean;

function unbiased({ variance, count }: BatchStatistics): Float64Array {
  if (count < 2) throw new Error('Expected more than one value a channel in every batch, found one.');
  return Float64Array.from(variance, (value) => (value * count) / (count - 1));
}

function meanOver(seen: BatchStatistics[], of: (batch: BatchStatistics) => ArrayLike<number>): Float64Array {
  const mean = Float64Array.from(of(seen[0]));
  for (const [n, batch] of seen.entries()) {
    const values = of(batch);
    for (let i = 0; i < mean.length; i++) mean[i] += (values[i] - mean[i]) / (n + 1);
  }
  return mean;
}

/** Whether a value is a tensor that nobody but these nodes takes, in this place. */
function isOwn(graph: Graph, name: string, slot: number, uses: readonly Node[]): boolean {
  return (
    tensorsOf(graph).has(name) &&
    graph.node.every((node) => node.input.every((one, i) => one !== name || (i === slot && uses.includes(node))))
  );
}

/** Where a value comes from, through the copies exporters make of tensors that are alike. */
function tensorBehind(graph: Graph, name: string): Tensor {
  const tensor = tensorsOf(graph).get(name);
  if (tensor) {
    // Read once, so that a damaged one is found.
    readFloats(tensor);
    return tensor;
  }
  const copy = graph.node.find(({ opType, output }) => opType === 'Identity' && output[0] === name);
  if (!copy) throw new Error(`Expected ${name} of a BatchNormalization among the weights, found it computed.`);
  return tensorBehind(graph, copy.input[0]);
}
