import { holdsFloats, readFloats, withFloats } from './floats.ts';
import { ElementType, elementName, type Model, type Tensor } from '../model.ts';
import { differenceOf } from './same-graph.ts';
import { tensorsOf, withTensors } from './weights.ts';

/**
 * Cosine of the weights of two networks below which their average is no network: checkpoints of one run point the same
 * way (0.9999 for the last epochs of one run on street scenes), networks trained from different beginnings are as far
 * apart as chance has it (−0.01 to 0.02 for five folds of the same).
 */
const SAME_BASIN = 0.5;

/**
 * The mean of the weights of checkpoints of one run (stochastic weight averaging: Izmailov et al. 2018), as a running one:
 * θ ← θ + (θ_new − θ) / (n + 1), in float64, rounded once at the end. Holds one set of weights whatever their number.
 */
export class Soup {
  readonly count: number;
  private readonly first: Model;
  private readonly means: ReadonlyMap<string, Float64Array>;

  private constructor(first: Model, means: ReadonlyMap<string, Float64Array>, count: number) {
    this.first = first;
    this.means = means;
    this.count = count;
  }

  static of(model: Model): Soup {
    const means = [...tensorsOf(graphOf(model))]
      .filter(([, tensor]) => holdsFloats(tensor))
      .map(([name, tensor]): [string, Float64Array] => [name, Float64Array.from(readFloats(tensor))]);
    return new Soup(model, new Map(means), 1);
  }

  /** Why `model` cannot become part of it, as a sentence with `Expected …, found …`; null: it can. */
  refusal(model: Model): string | null {
    const difference = differenceOf(this.first, model);
    if (difference) return `Expected ${difference}.`;
    const cosine = this.cosine(model);
    if (cosine >= SAME_BASIN) return null;
    return `Expected checkpoints of one run, found weights that have nothing in common with those before (cosine ${cosine.toFixed(2)}): the average of two runs is no network.`;
  }

  /** A new one with `model` in it, which `refusal` has nothing against. */
  with(model: Model): Soup {
    const tensors = tensorsOf(graphOf(model));
    const means = new Map<string, Float64Array>();
    for (const [name, mean] of this.means) {
      const added = readFloats(tensors.get(name) as Tensor);
      means.set(
        name,
        mean.map((value, i) => value + (added[i] - value) / (this.count + 1)),
      );
    }
    return new Soup(this.first, means, this.count + 1);
  }

  get model(): Model {
    const tensors = tensorsOf(graphOf(this.first));
    const averaged = [...this.means].map(([name, mean]): [string, Tensor] => [
      name,
      withFloats(tensors.get(name) as Tensor, mean),
    ]);
    return withTensors(this.first, new Map(averaged));
  }

  /** Of the weights of convolutions and products with those of `model`: what is one number a channel is alike everywhere. */
  private cosine(model: Model): number {
    const tensors = tensorsOf(graphOf(model));
    let [ab, aa, bb] = [0, 0, 0];
    for (const [name, mean] of this.means) {
      const tensor = tensors.get(name);
      if (!tensor || tensor.dims.length < 2) continue;
      const other = readFloats(tensor);
      for (let i = 0; i < mean.length; i++) {
        ab += mean[i] * other[i];
        aa += mean[i] * mean[i];
        bb += other[i] * other[i];
      }
    }
    return aa && bb ? ab / Math.sqrt(aa * bb) : 1;
  }
}

function graphOf(model: Model) {
  if (!model.graph) throw new Error('Expected an ONNX model, found a file without a graph.');
  return model.graph;
}

const QUANTISED = /^(Quantize|Dequantize|DynamicQuantize|QLinear|QGemm|QAttention)|Integer$|NBits$/;
const INTEGERS: readonly number[] = [ElementType.uint8, 3];
/** A table of so many bytes is weights, not a constant. */
const WEIGHTS = 256;

/** What of a network is quantised, as words; null: nothing. Averages of quantised weights are not those of the weights. */
export function quantisedPart(model: Model): string | null {
  const graph = graphOf(model);
  const node = graph.node.find(({ opType }) => QUANTISED.test(opType));
  if (node) return `quantised weights (${node.opType})`;
  const table = [...tensorsOf(graph).values()].find(
    ({ dataType, rawData }) => INTEGERS.includes(dataType) && rawData.length >= WEIGHTS,
  );
  return table ? `quantised weights (${table.name}, ${elementName(table.dataType)})` : null;
}
