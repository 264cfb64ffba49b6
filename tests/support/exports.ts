import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import type { ValueInfo } from '../../main/engine/onnx/model.ts';
import { encodeModel, makeModel, makeValueInfo } from '../../main/engine/onnx/proto.ts';

/** TensorProto.DataType by name */
const TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 };

export interface Port {
  name: string;
  type?: keyof typeof TYPES;
  /** numbers, or names of sizes; −1 is written as it is */
  shape: (number | string)[];
}

/** Grows a network from the logits N×K×H×W of a 1×1 convolution and the picture N×3×H×W; returns the value it gives. */
export type Head = (graph: GraphBuilder, logits: string, picture: string) => string;

export interface Export {
  input?: Port;
  classes?: number;
  opset?: number;
  /** before the convolution, on what the network takes */
  entrance?: (graph: GraphBuilder, input: string) => string;
  outputs: (Port & { head?: Head })[];
  metadata?: Record<string, string>;
}

export const DYNAMIC = ['batch', 3, 'height', 'width'];

/** Of the convolution, in the order [class, channel]. */
export const weightOf = (i: number): number => ((i * 7) % 11) / 11 - 0.4;

/** A network that can be run: a 1×1 convolution, then what each head makes of it. */
export function exported({ input, classes = 4, opset = 17, entrance, outputs, metadata }: Export): Uint8Array {
  const graph = new GraphBuilder(opset);
  const port = input ?? { name: 'input', shape: DYNAMIC };
  const picture = entrance ? entrance(graph, port.name) : port.name;
  const weights = graph.float(
    Array.from({ length: 3 * classes }, (_, i) => weightOf(i)),
    [classes, 3, 1, 1],
  );
  const logits = graph.add('Conv', [picture, weights], { kernel_shape: [1, 1] });
  for (const { name, head } of outputs) graph.add('Identity', [head ? head(graph, logits, picture) : logits], {}, name);
  return encoded(graph, [port], outputs, metadata);
}

/** A file that only looks like an export: ports of any shape with one operator of the names in `operators` between them. */
export function shaped(
  outputs: Port[],
  {
    inputs = [{ name: 'images', shape: [1, 3, 640, 640] }],
    operators = ['Identity'],
    metadata = {},
  }: {
    inputs?: Port[];
    operators?: string[];
    metadata?: Record<string, string>;
  } = {},
): Uint8Array {
  const graph = new GraphBuilder(17);
  for (const [i, { name }] of outputs.entries()) graph.add(operators[i % operators.length], [inputs[0].name], {}, name);
  return encoded(graph, inputs, outputs, metadata);
}

function encoded(
  graph: GraphBuilder,
  inputs: Port[],
  outputs: Port[],
  metadata: Record<string, string> = {},
): Uint8Array {
  const metadataProps = Object.entries(metadata).map(([key, value]) => ({ key, value }));
  const { nodes: node, initializers: initializer } = graph;
  return encodeModel(
    makeModel({
      irVersion: 8n,
      producerName: 'pytorch',
      opsetImport: [{ domain: '', version: BigInt(graph.opset) }],
      metadataProps,
      graph: { name: 'main_graph', node, initializer, input: inputs.map(valueOf), output: outputs.map(valueOf) },
    }),
  );
}

function valueOf({ name, type = 'float32', shape }: Port): ValueInfo {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size }));
  return makeValueInfo({ name, type: { tensorType: { elemType: TYPES[type], shape: { dim } } } });
}

export async function write(file: string, content: Uint8Array | string | object): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  const plain = content instanceof Uint8Array || typeof content === 'string';
  await writeFile(file, plain ? content : JSON.stringify(content));
  return file;
}
