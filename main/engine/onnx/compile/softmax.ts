import { integerOf } from '../describe/lineage.ts';
import type { Layout } from './layout.ts';
import { makeValueInfo } from '../proto.ts';
import type { Network } from '../network.ts';

/**
 * A network that ends in softmax over its classes, without it: our own takes a tenth of the time, and of logits more can be
 * done before they are upsampled. Null where it does not end like that. `layout`: of the map, which has rank 4.
 */
export function withoutSoftmax(network: Network, layout: Layout, opset: number): Network | null {
  const tail = new Set<Network['nodes'][number]>();
  let node = network.makerOf.get(network.output.name);
  for (; node && ['Identity', 'Cast'].includes(node.opType); node = network.makerOf.get(node.input[0])) tail.add(node);
  if (node?.opType !== 'Softmax') return null;
  // Before version 13 it took all axes from the given one on as one.
  const axis = (integerOf(node, 'axis', opset >= 13 ? -1 : 1) + 4) % 4;
  if (axis !== (layout === 'nchw' ? 1 : 3) || (opset < 13 && axis !== 3)) return null;
  const last = node;
  const nodes = network.nodes.filter((one) => one !== last && !tail.has(one));
  if (nodes.some((one) => one.input.includes(last.output[0]))) return null;
  const elemType = tail.size ? 0 : (network.output.type?.tensorType?.elemType ?? 0);
  const shape = network.output.type?.tensorType?.shape;
  const output = makeValueInfo({ name: last.input[0], type: { tensorType: { elemType, ...(shape && { shape }) } } });
  return { ...network, nodes, output };
}
