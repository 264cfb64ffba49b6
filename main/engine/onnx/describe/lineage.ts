import { shapeOf, type Attribute, type Graph, type Node, type Tensor, type ValueInfo } from '../model.ts';

/** Who made what in a graph, for looking back from a value and ahead from it. */
export class Lineage {
  readonly graph: Graph;
  private readonly makers = new Map<string, Node>();
  private readonly takers = new Map<string, Node[]>();
  private readonly weights: Map<string, Tensor>;
  private readonly declared: Map<string, ValueInfo>;

  constructor(graph: Graph) {
    this.graph = graph;
    for (const node of graph.node) {
      for (const name of node.output) this.makers.set(name, node);
      for (const name of new Set(node.input)) this.takers.set(name, [...(this.takers.get(name) ?? []), node]);
    }
    this.weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
    this.declared = new Map([...graph.valueInfo, ...graph.output, ...graph.input].map((value) => [value.name, value]));
  }

  makerOf(name: string): Node | undefined {
    return this.makers.get(name);
  }

  takersOf(name: string): readonly Node[] {
    return this.takers.get(name) ?? [];
  }

  /** What the file says of a value between the nodes; null: nothing. */
  shapeOf(name: string): (number | string)[] | null {
    const value = this.declared.get(name);
    return value ? shapeOf(value) : null;
  }

  /** The tensor behind a value that is the same for every picture, as far as no arithmetic is needed to tell. */
  constantOf(name: string): Tensor | undefined {
    const weight = this.weights.get(name);
    if (weight) return weight;
    const node = this.makers.get(name);
    if (node?.opType === 'Constant') return attributeOf(node, 'value')?.t;
    return node && SAME_SHAPE.has(node.opType) ? this.constantOf(node.input[0]) : undefined;
  }

  /** The input of a node that depends on the picture, where others are weights. */
  operandOf(node: Node): string {
    return node.input.find((name) => name && !this.constantOf(name)) ?? node.input[0];
  }

  /** The first node, looking back from a value, that is none of `through`. */
  back(name: string, through: ReadonlySet<string>): Node | undefined {
    let node = this.makers.get(name);
    while (node && (through.has(node.opType) || isChoice(node, through)))
      node = this.makers.get(node.opType === 'If' ? takenBy(node) : this.operandOf(node));
    return node;
  }
}

/** An If that does one of `through` either way, as torch writes a squeeze of an axis of unknown size. */
function isChoice(node: Node, through: ReadonlySet<string>): boolean {
  const branches = node.opType === 'If' ? node.attribute.flatMap(({ g }) => g ?? []) : [];
  return (
    branches.length > 0 &&
    branches.every((one) => one.node.every(({ opType }) => through.has(opType) || opType === 'Constant'))
  );
}

/** The value from outside that the branches of an If work on. */
function takenBy(node: Node): string {
  const inner = node.attribute.flatMap(({ g }) => g?.node ?? []);
  const own = new Set(inner.flatMap(({ output }) => output));
  return inner.flatMap(({ input }) => input).find((name) => !own.has(name)) ?? '';
}

/** Operators that a weight goes through on its way and keeps its shape. */
const SAME_SHAPE = new Set(['Identity', 'Cast', 'DequantizeLinear', 'QuantizeLinear']);

export const attributeOf = (node: Node, name: string): Attribute | undefined =>
  node.attribute.find((one) => one.name === name);

export const integerOf = (node: Node, name: string, absent: number): number =>
  Number(attributeOf(node, name)?.i ?? absent);

/** Numbers of a small constant tensor of float32 or int64; null: of another type. */
export function numbersOf({ dataType, rawData, floatData, int64Data }: Tensor): number[] | null {
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  if (dataType === 1)
    return rawData.length
      ? Array.from({ length: rawData.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
      : floatData;
  if (dataType === 7)
    return rawData.length
      ? Array.from({ length: rawData.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)))
      : int64Data.map(Number);
  return null;
}
