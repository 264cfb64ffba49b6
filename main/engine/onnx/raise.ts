import { GraphBuilder } from './builder.ts';
import { attributeOf, integerOf, Lineage, numbersOf } from './describe/lineage.ts';
import { AttributeType, ElementType, opsetOf, type Attribute, type Graph, type Model, type Node } from './model.ts';
import { realInputs } from './network.ts';
import { makeAttribute } from './proto.ts';

/** The oldest operators a network may be written in: those of torch 1.0 and later, and all that onnxruntime runs. */
export const OLDEST_OPSET = 7;

/** The oldest in which everything Winnow adds to a network can be said. */
const RAISED_OPSET = 11;

/** The first version of the file format in which weights need not be listed among the inputs, and that has opset 11. */
const RAISED_FORMAT = 6n;

/**
 * A model of older operators, 7 to 10 (what torch exported by default up to 1.10), in those of version 11, in place; others
 * stay as they are. What it computes is the same: what was an attribute becomes an input, and Upsample and Resize say how
 * they have placed pixels since then (onnx Operators.md and Changelog.md; downwards onnxruntime's nearest takes the next
 * pixel). Throws where an operator cannot be said that way.
 */
export function raiseOperators(model: Model): void {
  const from = opsetOf(model);
  const { graph } = model;
  if (!graph || from < OLDEST_OPSET || from >= RAISED_OPSET) return;
  const raising = new Raising(graph, from);
  raising.raise(graph);
  graph.node.unshift(...raising.builder.nodes);
  graph.initializer.push(...raising.builder.initializers);
  for (const one of model.opsetImport) if (isOnnx(one)) one.version = BigInt(RAISED_OPSET);
  if (model.irVersion < RAISED_FORMAT) model.irVersion = RAISED_FORMAT;
}

class Raising {
  /** What stands before the graph: constants, which graphs within it see as well. */
  readonly builder = new GraphBuilder(RAISED_OPSET, 'raised.');
  private readonly lineage: Lineage;
  private readonly isHalf: boolean;
  private readonly from: number;

  constructor(graph: Graph, from: number) {
    this.from = from;
    this.lineage = new Lineage(graph);
    this.isHalf = realInputs(graph)[0]?.type?.tensorType?.elemType === ElementType.float16;
  }

  raise(graph: Graph): void {
    for (const node of graph.node) {
      for (const { g, graphs } of node.attribute) for (const inner of g ? [g, ...graphs] : graphs) this.raise(inner);
      if (isOnnx(node)) this.raiseNode(node);
    }
  }

  private raiseNode(node: Node): void {
    switch (node.opType) {
      case 'Upsample':
      case 'Resize':
        return this.resize(node);
      case 'Slice':
        return this.toInputs(node, ['starts', 'ends', 'axes'], (one) => this.builder.int64s(one.ints));
      case 'TopK':
        return this.toInputs(node, ['k'], (one) => this.builder.int64s([one.i]));
      case 'Clip':
        return this.toInputs(node, ['min', 'max'], (one) => this.scalar(one.f));
      case 'Pad':
        return this.pad(node);
      case 'Scatter':
        node.opType = 'ScatterElements';
        return;
      case 'BatchNormalization':
        if (integerOf(node, 'spatial', 1) === 0) throw cannot(node, 'of each place by itself (spatial = 0)');
        node.attribute = without(node, ['spatial']);
        return;
      case 'Scan':
        if (this.from < 9) throw cannot(node, 'in the form it had before version 9');
    }
  }

  /** Attributes that became inputs, in this order after the first; where there are none, they are inputs already. */
  private toInputs(node: Node, names: string[], toValue: (one: Attribute) => string): void {
    const found = names.map((name) => attributeOf(node, name));
    if (!found.some(Boolean)) return;
    node.input = [node.input[0], ...found.map((one) => (one ? toValue(one) : ''))];
    while (node.input.at(-1) === '') node.input.pop();
    node.attribute = without(node, names);
  }

  private pad(node: Node): void {
    const [pads, value] = ['pads', 'value'].map((name) => attributeOf(node, name));
    if (!pads) return;
    node.input = [node.input[0], this.builder.int64s(pads.ints), this.scalar(value?.f ?? 0)];
    node.attribute = without(node, ['pads', 'value']);
  }

  private resize(node: Node): void {
    const scales = attributeOf(node, 'scales')?.floats;
    const [picture, given] = node.input;
    const constant = scales ? null : this.lineage.constantOf(given);
    const known = scales ?? (constant && numbersOf(constant)) ?? [];
    const mode = Buffer.from(attributeOf(node, 'mode')?.s ?? 'nearest').toString();
    node.opType = 'Resize';
    node.input = [picture, this.builder.float([]), scales ? this.builder.float(scales) : given];
    node.attribute = Object.entries({
      mode: mode === 'bilinear' ? 'linear' : mode,
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: known.some((scale) => scale < 1) ? 'ceil' : 'floor',
    }).map(([name, s]) => makeAttribute({ name, type: AttributeType.string, s: Buffer.from(s) }));
  }

  /** Of the type the network computes in. */
  private scalar(value: number): string {
    const constant = this.builder.float(value);
    return this.isHalf ? this.builder.cast(constant, 'float16') : constant;
  }
}

const isOnnx = ({ domain }: { domain: string }) => domain === '' || domain === 'ai.onnx';

const without = ({ attribute }: Node, names: readonly string[]) =>
  attribute.filter(({ name }) => !names.includes(name));

const cannot = ({ name, opType }: Node, how: string) =>
  new Error(`Expected operators that version ${RAISED_OPSET} has too, found ${opType} ${how}${name && ` at ${name}`}.`);
