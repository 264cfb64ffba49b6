/// <reference lib="es2025.float16" />
import { elementsOf, readFloats } from './floats.ts';
import { isExactSource, outputTypes, precisionOf } from './half-operators.ts';
import { AttributeType, ElementType, type Graph, type Model, type Node, type Tensor } from '../model.ts';
import { makeAttribute, makeNode, makeTensor } from '../proto.ts';
import { changed, tensorsOf } from './weights.ts';

/** The largest number float16 holds. */
const LARGEST = 65504;
/** A constant of fewer numbers is a factor or a shape rather than weights. */
const WEIGHTS = 16;
/** The first version of the format in which weights need not be listed among the inputs. */
const IR_VERSION = 4n;

export interface Half {
  model: Model;
  /** operators that compute in float16 */
  halved: number;
  /** operators on floats that stay in float32, by kind */
  single: Record<string, number>;
  /** weights beyond ±65504, which became that */
  clamped: number;
  /** weights other than 0 that are too small for float16 (up to 2⁻²⁵) and became 0 */
  flushed: number;
}

/**
 * The network with weights and computation in float16. Inputs and outputs stay float32, as do operators that need the
 * range or the precision, those nobody knows, what is computed from sizes, and subgraphs; casts stand where the precision
 * changes. A value keeps its name in float32; in float16 it is called `NAME.half`. Throws Error where there are no weights
 * of float32 to halve.
 */
export function halfOf(model: Model): Half {
  const { graph } = model;
  if (!graph) throw new Error('Expected an ONNX model, found a file without a graph.');
  return new Halving(model, graph).whole();
}

const halfName = (name: string) => `${name}.half`;

class Halving {
  private readonly model: Model;
  private readonly graph: Graph;
  /** by each name they go by: exporters share tensors that are alike by way of an Identity */
  private readonly tensors: Map<string, Tensor>;
  private readonly nameOf = new Map<Tensor, string>();
  private readonly identityOf = new Map<string, Node>();
  /** element types by value name */
  private readonly types = new Map<string, number | undefined>();
  /** float32 values computed from sizes and indexes, which float16 would round */
  private readonly exact = new Set<string>();
  /** float32 values made by an operator in float16 */
  private readonly halves = new Set<string>();
  /** casts and halved weights that are there already */
  private readonly made = new Set<string>();
  /** tensors that somebody takes in their own precision, by name */
  private readonly kept = new Set<string>();
  private readonly nodes: Node[] = [];
  private readonly weights: Tensor[] = [];
  private readonly counts: Omit<Half, 'model'> = { halved: 0, single: {}, clamped: 0, flushed: 0 };

  constructor(model: Model, graph: Graph) {
    this.model = model;
    this.graph = graph;
    this.tensors = tensorsOf(graph);
    for (const [name, tensor] of this.tensors) this.nameOf.set(tensor, name);
    for (const node of graph.node) {
      const tensor = node.opType === 'Identity' ? this.tensors.get(node.input[0]) : undefined;
      if (!tensor) continue;
      this.tensors.set(node.output[0], tensor);
      this.identityOf.set(node.output[0], node);
    }
    for (const { name, type } of graph.input) this.types.set(name, type?.tensorType?.elemType);
    for (const [name, { dataType }] of this.tensors) this.types.set(name, dataType);
  }

  whole(): Half {
    const { graph, model } = this;
    for (const node of graph.node) this.add(node);
    for (const { name } of graph.output) this.single(name);
    if (!this.weights.length) throw new Error('Expected weights of float32, found none that float16 could take.');
    const isUsed = (name: string) => !this.tensors.has(name) || this.kept.has(name);
    const node = this.nodes.filter(({ output }) => isUsed(output[0]));
    const initializer = [...graph.initializer.filter(({ name }) => isUsed(name)), ...this.weights];
    const there = new Set(node.flatMap(({ output }) => output));
    const valueInfo = graph.valueInfo.filter(({ name }) => there.has(name));
    const input = graph.input.filter(({ name }) => isUsed(name));
    const irVersion = model.irVersion > IR_VERSION ? model.irVersion : IR_VERSION;
    const halved = changed(graph, { node, initializer, valueInfo, input });
    return { model: changed(model, { irVersion, graph: halved }), ...this.counts };
  }

  private add(node: Node): void {
    const types = outputTypes(node, (name) => this.types.get(name));
    node.output.forEach((name, i) => this.types.set(name, types[i]));
    // Left out in the end where only float16 is asked for.
    if (this.tensors.has(node.output[0])) this.nodes.push(node);
    else if (this.isHalf(node)) this.addHalf(node);
    else this.addSingle(node);
  }

  private isHalf(node: Node): boolean {
    const precision = precisionOf(node);
    if (precision === 'either' || precision === 'single' || !this.isFloat(node.output[0])) return false;
    const taken = node.input.filter((name) => name !== '');
    const floats = taken.filter((name) => this.isFloat(name));
    if (taken.some((name) => this.types.get(name) === undefined || this.isTooSmall(name))) return false;
    if (this.isExact(floats)) return false;
    return precision === 'half' || this.halves.has(floats[0]) || this.isWeight(floats[0]);
  }

  private addHalf(node: Node): void {
    const input = node.input.map((name) => (this.isFloat(name) ? this.half(name) : this.single(name)));
    const floats = node.output.filter((name) => this.isFloat(name));
    for (const name of floats) this.halves.add(name);
    const output = node.output.map((name) => (floats.includes(name) ? halfName(name) : name));
    this.nodes.push(changed(node, { input, output }));
    this.counts.halved++;
  }

  private addSingle(node: Node): void {
    const { opType } = node;
    const either = precisionOf(node) === 'either';
    const input = node.input.map((name) => (either && this.halves.has(name) ? halfName(name) : this.single(name)));
    for (const name of capturedBy(node)) this.single(name);
    this.nodes.push(changed(node, { input }));
    if (!this.isFloat(node.output[0])) return;
    if (isExactSource(node, this.types) || this.isExact(node.input.filter((name) => this.isFloat(name))))
      this.exact.add(node.output[0]);
    else if (!either) this.counts.single[opType] = (this.counts.single[opType] ?? 0) + 1;
  }

  private isFloat(name: string): boolean {
    return this.types.get(name) === ElementType.float32;
  }

  /** Whether these are nothing but sizes and what they are multiplied with. */
  private isExact(floats: readonly string[]): boolean {
    return (
      floats.some((name) => this.exact.has(name)) &&
      floats.every((name) => this.exact.has(name) || this.tensors.has(name))
    );
  }

  private isWeight(name: string): boolean {
    const tensor = this.tensors.get(name);
    return tensor !== undefined && elementsOf(tensor) >= WEIGHTS;
  }

  /** A number such as the ε under a root, which would become 0 and a quotient by it infinite. */
  private isTooSmall(name: string): boolean {
    const tensor = this.isFloat(name) ? this.tensors.get(name) : undefined;
    if (!tensor || elementsOf(tensor) !== 1) return false;
    const [value] = readFloats(tensor);
    return value !== 0 && Math.f16round(value) === 0;
  }

  /** Sees to it that a value is there in its own precision, under its own name. */
  private single(name: string): string {
    const identity = this.identityOf.get(name);
    if (identity) this.single(identity.input[0]);
    if (this.tensors.has(name)) this.kept.add(name);
    else if (this.halves.has(name)) this.cast(halfName(name), name, 'float32');
    return name;
  }

  private half(name: string): string {
    const tensor = this.tensors.get(name);
    if (tensor) return this.halfWeight(tensor);
    return this.halves.has(name) ? halfName(name) : this.cast(name, halfName(name), 'float16');
  }

  private cast(from: string, to: string, type: 'float16' | 'float32'): string {
    if (this.made.has(to)) return to;
    this.made.add(to);
    const attribute = [makeAttribute({ name: 'to', type: AttributeType.int, i: BigInt(ElementType[type]) })];
    this.nodes.push(makeNode({ opType: 'Cast', name: `Cast ${to}`, input: [from], output: [to], attribute }));
    return to;
  }

  private halfWeight(tensor: Tensor): string {
    const name = halfName(this.nameOf.get(tensor) ?? tensor.name);
    if (this.made.has(name)) return name;
    this.made.add(name);
    const values = Float16Array.from(readFloats(tensor), (value) => this.fitting(value));
    const rawData = new Uint8Array(values.buffer);
    this.weights.push(makeTensor({ name, dims: tensor.dims, dataType: ElementType.float16, rawData }));
    return name;
  }

  private fitting(value: number): number {
    if (value !== 0 && Math.f16round(value) === 0) this.counts.flushed++;
    if (!Number.isFinite(value) || Math.abs(value) <= LARGEST) return value;
    this.counts.clamped++;
    return Math.sign(value) * LARGEST;
  }
}

/** Names a node's subgraphs may take from outside; names of their own among them do no harm. */
function capturedBy(node: Node): string[] {
  const graphs = node.attribute.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs));
  return graphs.flatMap(({ output, node }) => [
    ...output.map(({ name }) => name),
    ...node.flatMap((inner) => [...inner.input, ...capturedBy(inner)]),
  ]);
}
