import type { Preprocessing } from '../../common/ensemble.ts';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { opsetOf } from '../../main/engine/onnx/model.ts';
import { decodeModel, encodeModel, makeGraph, makeModel, makeNode } from '../../main/engine/onnx/proto.ts';

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
