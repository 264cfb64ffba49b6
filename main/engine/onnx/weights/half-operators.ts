import { ElementType, type Node } from '../model.ts';
import { constantOf } from './weights.ts';

/**
 * Operators whose results float16 holds well enough: products and sums of which a few thousand make a value (accelerators
 * add them up in float32), what bounds values, and what looks at each value alone. All their float inputs are of one type.
 * Not among them, because sums over whole maps, exponentials, logarithms, roots and quotients of small numbers leave
 * float16's range or its 11 bits: Softmax, Exp, Log, Pow, Sqrt, Reduce…, GlobalAveragePool, every …Normalization; and
 * Resize, whose positions are fractions of pixels. What is not known by name stays as it is.
 */
const ARITHMETIC = new Set([
  ...['Conv', 'ConvTranspose', 'MatMul', 'Gemm', 'Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Neg', 'Abs', 'Where'],
  ...[
    'Relu',
    'LeakyRelu',
    'PRelu',
    'Elu',
    'Clip',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
    'Tanh',
    'Erf',
    'Gelu',
    'Mish',
  ],
  ...['Concat', 'AveragePool'],
]);

/** Operators that only move values: they work in the precision their values come in. */
const MOVING = new Set([
  ...['Identity', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Slice', 'Split', 'Gather', 'Expand'],
  ...['Tile', 'Pad', 'DepthToSpace', 'SpaceToDepth', 'MaxPool'],
]);

/** Operators that take any precision and give something that does not depend on it. */
const INDIFFERENT = new Set(['Shape', 'Size', 'Cast']);

/** Values an AveragePool may add up in float16. */
const LARGEST_POOL = 64;

export type Precision = 'half' | 'single' | 'either' | 'as its input';

export function precisionOf(node: Node): Precision {
  const { opType, domain } = node;
  if (domain !== '') return 'single';
  if (INDIFFERENT.has(opType)) return 'either';
  if (MOVING.has(opType)) return 'as its input';
  if (opType === 'AveragePool') {
    const kernel = node.attribute.find(({ name }) => name === 'kernel_shape')?.ints ?? [];
    return kernel.reduce((product, size) => product * Number(size), 1) <= LARGEST_POOL ? 'half' : 'single';
  }
  return ARITHMETIC.has(opType) ? 'half' : 'single';
}

/** TensorProto.DataType of bool. */
const BOOL = 9;

const INTEGERS = ['Shape', 'Size', 'NonZero', 'ArgMax', 'ArgMin'];
const CONDITIONS = [
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'And',
  'Or',
  'Not',
  'Xor',
  'IsNaN',
  'IsInf',
];
/** The input that decides the output's type, where it is not the first. */
const DECISIVE: Record<string, number> = { Where: 1, OneHot: 2 };
/** Operators whose further outputs are indexes or masks. */
const SECOND: Record<string, number> = { MaxPool: ElementType.int64, TopK: ElementType.int64, Dropout: BOOL };

/** Element types of a node's outputs, as far as they follow from those of its inputs; undefined: they do not. */
export function outputTypes(node: Node, typeOf: (name: string) => number | undefined): (number | undefined)[] {
  const first = firstType(node, typeOf);
  return node.output.map((_, i) => (i === 0 ? first : (SECOND[node.opType] ?? first)));
}

function firstType(node: Node, typeOf: (name: string) => number | undefined): number | undefined {
  const { opType, domain, input } = node;
  const attribute = (name: string) => node.attribute.find((one) => one.name === name);
  if (domain !== '') return undefined;
  if (opType === 'Cast') return Number(attribute('to')?.i);
  if (opType === 'Constant') return constantOf(node)?.dataType ?? constantType(node);
  if (opType === 'ConstantOfShape') return attribute('value')?.t?.dataType ?? ElementType.float32;
  if (INTEGERS.includes(opType)) return ElementType.int64;
  if (CONDITIONS.includes(opType)) return BOOL;
  if (/Quantize|Integer$|^QLinear|^Random|^Sequence|^If$|^Loop$|^Scan$/.test(opType)) return undefined;
  return typeOf(input[DECISIVE[opType] ?? 0]);
}

/** Whether a node makes floats of sizes or indexes: those of large pictures are beyond the 2048 float16 counts to. */
export const isExactSource = ({ opType, input }: Node, types: ReadonlyMap<string, number | undefined>): boolean =>
  opType === 'Cast' && COUNTS.includes(types.get(input[0]) ?? 0);

/** TensorProto.DataType of int32 and int64. */
const COUNTS: readonly number[] = [6, ElementType.int64];

function constantType(node: Node): number | undefined {
  const name = node.attribute[0]?.name;
  if (name === 'value_float' || name === 'value_floats') return ElementType.float32;
  return name === 'value_int' || name === 'value_ints' ? ElementType.int64 : undefined;
}
