/** The messages of onnx.proto as TypeScript sees them; proto.ts turns them into bytes and back. */
export interface Model {
  irVersion: bigint;
  producerName: string;
  graph?: Graph;
  opsetImport: { domain: string; version: bigint }[];
  metadataProps: { key: string; value: string }[];
  functions: Uint8Array[];
}

export interface Graph {
  name: string;
  node: Node[];
  initializer: Tensor[];
  input: ValueInfo[];
  output: ValueInfo[];
  valueInfo: ValueInfo[];
}

export interface Node {
  /** value names; empty: an optional input left out */
  input: string[];
  output: string[];
  name: string;
  opType: string;
  /** empty: the ONNX operators */
  domain: string;
  attribute: Attribute[];
}

export interface Attribute {
  name: string;
  type: number;
  f: number;
  i: bigint;
  s: Uint8Array;
  t?: Tensor;
  g?: Graph;
  floats: number[];
  ints: bigint[];
  graphs: Graph[];
}

export interface Tensor {
  name: string;
  dims: bigint[];
  dataType: number;
  floatData: number[];
  int64Data: bigint[];
  rawData: Uint8Array;
  externalData: { key: string; value: string }[];
  dataLocation: number;
}

export interface ValueInfo {
  name: string;
  type?: { tensorType?: { elemType: number; shape?: { dim: Dimension[] } } };
}

export interface Dimension {
  dimValue: bigint;
  dimParam: string;
}

/** TensorProto.DataType */
export const ElementType = { float32: 1, uint8: 2, int64: 7, float16: 10 } as const;

const ELEMENT_NAMES = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
];

export const elementName = (type: number): string => ELEMENT_NAMES[type] ?? `type ${type}`;

/** AttributeProto.AttributeType */
export const AttributeType = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7 } as const;

/**
 * Sizes are numbers, names of sizes strings, sizes nobody declared `?`; null: not even the rank is declared. Some exporters
 * (paddle2onnx, tf2onnx) write −1 or 0 for a size nobody knows.
 */
export function shapeOf(value: ValueInfo): (number | string)[] | null {
  const dims = value.type?.tensorType?.shape?.dim;
  // Absent fields of a proto2 message read as their default from the prototype: 0 and ''.
  return dims?.map((dim) => (dim.dimValue > 0n ? Number(dim.dimValue) : dim.dimParam || '?')) ?? null;
}

/** Version of the ONNX operators the model is written in; 0: not declared. */
export const opsetOf = (model: Model): number =>
  Number(model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0);
