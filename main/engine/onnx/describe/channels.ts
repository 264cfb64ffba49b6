import { attributeOf, integerOf, numbersOf, type Lineage } from './lineage.ts';
import type { Node } from '../model.ts';

/** Operators that leave the channels as they are and where they are. */
const THROUGH = new Set(
  'Identity Cast Resize Upsample Dropout Pad Add Sub Mul Div Max Min Pow Where Neg Exp Log Abs Relu LeakyRelu PRelu Elu Clip Sigmoid HardSigmoid Tanh Softmax LogSoftmax BatchNormalization InstanceNormalization QuantizeLinear DequantizeLinear AveragePool MaxPool Crop'.split(
    ' ',
  ),
);

/**
 * Size of one axis of a value as far as the file or the weights tell, most often that of the last convolution; null: cannot
 * be told.
 */
export function sizeOfAxis(lineage: Lineage, name: string, axis: number): number | null {
  const declared = lineage.shapeOf(name)?.[axis];
  if (typeof declared === 'number') return declared;
  const node = lineage.makerOf(name);
  if (!node) return null;
  if (THROUGH.has(node.opType)) return sizeOfAxis(lineage, lineage.operandOf(node), axis);
  return AFTER[node.opType]?.(lineage, node, axis) ?? null;
}

type After = (lineage: Lineage, node: Node, axis: number) => number | null;

/** What an operator says of the size of an axis of its output. */
const AFTER: Record<string, After | undefined> = {
  Conv: (lineage, node, axis) => (axis === 1 ? weightSize(lineage, node.input[1], 0) : null),
  FusedConv: (lineage, node, axis) => (axis === 1 ? weightSize(lineage, node.input[1], 0) : null),
  QLinearConv: (lineage, node, axis) => (axis === 1 ? weightSize(lineage, node.input[3], 0) : null),
  ConvTranspose: (lineage, node, axis) =>
    axis === 1 ? times(weightSize(lineage, node.input[1], 1), integerOf(node, 'group', 1)) : null,
  MatMul: (lineage, node, axis) => {
    const rank = lineage.constantOf(node.input[1])?.dims.length;
    return rank === 2 && axis >= 2 ? weightSize(lineage, node.input[1], 1) : null;
  },
  Transpose: (lineage, node, axis) => {
    const order = attributeOf(node, 'perm')?.ints.map(Number);
    return order ? sizeOfAxis(lineage, node.input[0], order[axis]) : null;
  },
  Concat: (lineage, node, axis) =>
    axisOf(node, 0) === axis
      ? node.input.reduce<number | null>((sum, one) => plus(sum, sizeOfAxis(lineage, one, axis)), 0)
      : sizeOfAxis(lineage, node.input[0], axis),
  Reshape: (lineage, node, axis) => {
    const shape = lineage.constantOf(node.input[1]);
    const size = shape ? (numbersOf(shape)?.[axis] ?? 0) : 0;
    return size > 0 ? size : null;
  },
  Slice: (lineage, node, axis) => {
    const axes = node.input[3] ? lineage.constantOf(node.input[3]) : undefined;
    const cut = axes && numbersOf(axes)?.map((one) => (one < 0 ? one + 4 : one));
    return cut && !cut.includes(axis) ? sizeOfAxis(lineage, node.input[0], axis) : null;
  },
  DepthToSpace: (lineage, node, axis) =>
    axis === 1 ? times(sizeOfAxis(lineage, node.input[0], axis), integerOf(node, 'blocksize', 1) ** -2) : null,
};

/** An attribute `axis` of an operator on rank 4, counted from the front. */
export function axisOf(node: Node, absent: number): number {
  const axis = integerOf(node, 'axis', absent);
  return axis < 0 ? axis + 4 : axis;
}

function weightSize(lineage: Lineage, name: string, axis: number): number | null {
  const size = lineage.constantOf(name)?.dims[axis];
  return size === undefined ? null : Number(size);
}

const plus = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
const times = (a: number | null, b: number) => (a === null ? null : a * b);
