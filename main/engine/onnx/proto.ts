import {
  create,
  createFileRegistry,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import type { Attribute, Graph, Model, Node, Tensor, ValueInfo } from './model.ts';

/**
 * onnx.proto (proto2, github.com/onnx/onnx) as far as Winnow looks into it. What it only carries along is declared as
 * bytes, which keeps its place; what is not declared is kept as unknown fields. So a decoded file encodes to the same bytes.
 * A type ends in * where repeated, ** where repeated and packed; a capital starts a message.
 */
const MESSAGES: Record<string, Record<string, [number, string]>> = {
  Model: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    domain: [4, 'string'],
    modelVersion: [5, 'int64'],
    docString: [6, 'string'],
    graph: [7, 'Graph'],
    opsetImport: [8, 'OperatorSet*'],
    metadataProps: [14, 'Entry*'],
    trainingInfo: [20, 'bytes*'],
    functions: [25, 'bytes*'],
  },
  OperatorSet: { domain: [1, 'string'], version: [2, 'int64'] },
  Entry: { key: [1, 'string'], value: [2, 'string'] },
  Graph: {
    node: [1, 'Node*'],
    name: [2, 'string'],
    initializer: [5, 'Tensor*'],
    docString: [10, 'string'],
    input: [11, 'ValueInfo*'],
    output: [12, 'ValueInfo*'],
    valueInfo: [13, 'ValueInfo*'],
    quantizationAnnotation: [14, 'bytes*'],
    sparseInitializer: [15, 'bytes*'],
    metadataProps: [16, 'bytes*'],
  },
  Node: {
    input: [1, 'string*'],
    output: [2, 'string*'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'Attribute*'],
    docString: [6, 'string'],
    domain: [7, 'string'],
    overload: [8, 'string'],
    metadataProps: [9, 'bytes*'],
  },
  Attribute: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'Tensor'],
    g: [6, 'Graph'],
    floats: [7, 'float*'],
    ints: [8, 'int64*'],
    strings: [9, 'bytes*'],
    tensors: [10, 'Tensor*'],
    graphs: [11, 'Graph*'],
    docString: [13, 'string'],
    tp: [14, 'bytes'],
    typeProtos: [15, 'bytes*'],
    type: [20, 'int32'],
    refAttrName: [21, 'string'],
    sparseTensor: [22, 'bytes'],
    sparseTensors: [23, 'bytes*'],
  },
  Tensor: {
    dims: [1, 'int64*'],
    dataType: [2, 'int32'],
    segment: [3, 'bytes'],
    floatData: [4, 'float**'],
    int32Data: [5, 'int32**'],
    stringData: [6, 'bytes*'],
    int64Data: [7, 'int64**'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    doubleData: [10, 'double**'],
    uint64Data: [11, 'uint64**'],
    docString: [12, 'string'],
    externalData: [13, 'Entry*'],
    dataLocation: [14, 'int32'],
  },
  ValueInfo: { name: [1, 'string'], type: [2, 'ValueType'], docString: [3, 'string'] },
  ValueType: {
    tensorType: [1, 'TensorType'],
    sequenceType: [4, 'bytes'],
    mapType: [5, 'bytes'],
    denotation: [6, 'string'],
  },
  TensorType: { elemType: [1, 'int32'], shape: [2, 'Shape'] },
  Shape: { dim: [1, 'Dimension*'] },
  Dimension: { dimValue: [1, 'int64'], dimParam: [2, 'string'], denotation: [3, 'string'] },
};

const SCALARS: Record<string, Type> = {
  int64: Type.INT64,
  uint64: Type.UINT64,
  int32: Type.INT32,
  float: Type.FLOAT,
  double: Type.DOUBLE,
  string: Type.STRING,
  bytes: Type.BYTES,
};

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'onnx.proto',
    package: 'onnx',
    syntax: 'proto2',
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
      name,
      field: Object.entries(fields).map(([field, [number, type]]) => {
        const plain = type.replace(/\*+$/, '');
        return {
          name: field,
          jsonName: field,
          number,
          label: type === plain ? Label.OPTIONAL : Label.REPEATED,
          type: SCALARS[plain] ?? Type.MESSAGE,
          typeName: plain in SCALARS ? '' : `.onnx.${plain}`,
          options: type.endsWith('**') ? { packed: true } : undefined,
        };
      }),
    })),
  }),
  () => undefined,
);

function schema(name: string): DescMessage {
  const found = registry.getMessage(`onnx.${name}`);
  if (!found) throw new Error(`Expected a description of onnx.${name}.`);
  return found;
}

/** What may be left out when making a message. */
export type Init<T> = {
  [F in keyof T]?: T[F] extends (infer E)[]
    ? E extends object
      ? Init<E>[]
      : E[]
    : T[F] extends Uint8Array
      ? T[F]
      : T[F] extends object | undefined
        ? Init<NonNullable<T[F]>>
        : T[F];
};

function maker<T>(name: string): (init: Init<T>) => T {
  const desc = schema(name);
  return (init) => create(desc, init as MessageInitShape<DescMessage>) as T;
}

export const makeModel = maker<Model>('Model');
export const makeGraph = maker<Graph>('Graph');
export const makeNode = maker<Node>('Node');
export const makeAttribute = maker<Attribute>('Attribute');
export const makeTensor = maker<Tensor>('Tensor');
export const makeEntry = maker<{ key: string; value: string }>('Entry');
export const makeValueInfo = maker<ValueInfo>('ValueInfo');

/** Throws where the bytes are no protobuf message of this shape. */
export const decodeModel = (bytes: Uint8Array): Model => fromBinary(schema('Model'), bytes) as unknown as Model;

export const encodeModel = (model: Model): Uint8Array =>
  toBinary(schema('Model'), model as unknown as Parameters<typeof toBinary>[1]);
