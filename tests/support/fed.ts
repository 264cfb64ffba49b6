import type { Preprocessing } from '../../common/ensemble.ts';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { ElementType, opsetOf, type ValueInfo } from '../../main/engine/onnx/model.ts';
import {
  decodeModel,
  encodeModel,
  makeGraph,
  makeModel,
  makeNode,
  makeValueInfo,
} from '../../main/engine/onnx/proto.ts';

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/**
 * A network of tests/support/onnx.ts, which takes RGB normalised with ImageNet's mean and standard deviation, as one that
 * takes pictures prepared like `truth` and gives the same for them. The step between is a convolution, as if learnt.
 */
export function fedAs(bytes: Uint8Array, { channels, scale, mean, std }: Preprocessing): Uint8Array {
  const model = decodeModel(bytes);
  if (!model.graph) throw new Error('Expected a graph.');
  const graph = new GraphBuilder(opsetOf(model), 'fed.');
  // Channel c of RGB is the network's channel `at`, of which byte = (x · std + mean) / scale.
  const at = (c: number) => (channels === 'rgb' ? c : 2 - c);
  const factor = (c: number) => std[at(c)] / scale / 255 / STD[c];
  const weights = [0, 1, 2].flatMap((c) => [0, 1, 2].map((from) => (from === at(c) ? factor(c) : 0)));
  const bias = [0, 1, 2].map((c) => (mean[at(c)] / scale / 255 - MEAN[c]) / STD[c]);
  graph.add('Conv', ['input', graph.float(weights, [3, 3, 1, 1]), graph.float(bias)], { kernel_shape: [1, 1] }, 'rgb');
  const own = model.graph.node.map((node) =>
    makeNode({ ...node, input: node.input.map((name) => (name === 'input' ? 'rgb' : name)) }),
  );
  const initializer = [...model.graph.initializer, ...graph.initializers];
  return encodeModel(
    makeModel({ ...model, graph: makeGraph({ ...model.graph, node: [...graph.nodes, ...own], initializer }) }),
  );
}

export interface Edges {
  layout?: 'nchw' | 'nhwc';
  /** of the input, and of the output where it is one of floating point */
  type?: 'float32' | 'float16' | 'uint8';
  /** binary: the second of two classes against the first */
  ending?: 'ids' | 'sigmoid' | 'binary';
}

/** A network of tests/support/onnx.ts as other exporters would write it: with other axes and types at its edges. */
export function withEdges(bytes: Uint8Array, { layout = 'nchw', type = 'float32', ending }: Edges): Uint8Array {
  const model = decodeModel(bytes);
  if (!model.graph) throw new Error('Expected a graph.');
  const graph = new GraphBuilder(opsetOf(model), 'edges.');
  const entered = graph.cast('input', 'float32');
  if (layout === 'nhwc') graph.add('Transpose', [entered], { perm: [0, 3, 1, 2] }, 'inner.input');
  else graph.add('Identity', [entered], {}, 'inner.input');
  const renamed = (name: string) => (name === 'input' || name === 'output' ? `inner.${name}` : name);
  for (const node of model.graph.node)
    graph.nodes.push(
      makeNode({
        ...node,
        name: renamed(node.name),
        input: node.input.map(renamed),
        output: node.output.map(renamed),
      }),
    );
  const exit = type === 'float16' ? 'float16' : 'float32';
  let value = 'inner.output';
  if (ending === 'sigmoid') value = graph.add('Sigmoid', [value]);
  if (ending === 'binary') value = graph.add('Sub', [graph.slice(value, 1, 1, 2), graph.slice(value, 1, 0, 1)]);
  if (ending === 'ids') graph.add('ArgMax', [value], { axis: 1, keepdims: 0 }, 'output');
  else graph.cast(layout === 'nhwc' ? graph.add('Transpose', [value], { perm: [0, 2, 3, 1] }) : value, exit, 'output');
  const [{ type: takes }] = model.graph.input;
  const [{ type: gives }] = model.graph.output;
  const dims = (value: ValueInfo['type']) => value?.tensorType?.shape?.dim ?? [];
  const laid = <T>([n, c, h, w]: T[]) => (layout === 'nhwc' ? [n, h, w, c] : [n, c, h, w]);
  const edge = (name: string, elemType: number, dim: ReturnType<typeof dims>) =>
    makeValueInfo({ name, type: { tensorType: { elemType, shape: { dim } } } });
  const [batch, channels, ...place] = dims(gives);
  const maps = [batch, ending === 'binary' ? { ...channels, dimValue: 1n } : channels, ...place];
  const output =
    ending === 'ids'
      ? edge('output', ElementType.int64, [batch, ...place])
      : edge('output', ElementType[exit], laid(maps));
  const whole = makeGraph({
    ...model.graph,
    node: graph.nodes,
    initializer: [...model.graph.initializer, ...graph.initializers],
    input: [edge('input', ElementType[type], laid(dims(takes)))],
    output: [output],
  });
  return encodeModel(makeModel({ ...model, graph: whole }));
}
