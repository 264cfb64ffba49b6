import type { Graph, Model, Tensor } from '../model.ts';

/** A message with some fields changed. What a message leaves unsaid it reads from its prototype, which a spread would lose. */
export const changed = <T extends object>(message: T, fields: Partial<T>): T =>
  Object.assign(Object.create(Object.getPrototypeOf(message) as object) as T, message, fields);

/** The tensor a Constant node holds; undefined for every other node, and where it holds something else. */
export const constantOf = (node: Graph['node'][number]): Tensor | undefined =>
  node.opType === 'Constant' ? node.attribute.find(({ name }) => name === 'value')?.t : undefined;

/**
 * Tensors that are part of a network, by the name of their value: initializers, and what Constant nodes hold, where some
 * exporters keep the weights.
 */
export function tensorsOf(graph: Graph): Map<string, Tensor> {
  const constants = graph.node.flatMap((node): [string, Tensor][] => {
    const tensor = constantOf(node);
    return tensor ? [[node.output[0], tensor]] : [];
  });
  return new Map([...graph.initializer.map((tensor): [string, Tensor] => [tensor.name, tensor]), ...constants]);
}

/** The same model with other tensors, by the names of `tensorsOf`; the rest is shared. */
export function withTensors(model: Model, tensors: ReadonlyMap<string, Tensor>): Model {
  const { graph } = model;
  if (!graph) return model;
  const initializer = graph.initializer.map((tensor) => tensors.get(tensor.name) ?? tensor);
  const node = graph.node.map((one) => {
    const tensor = constantOf(one) && tensors.get(one.output[0]);
    if (!tensor) return one;
    const attribute = one.attribute.map((part) => (part.name === 'value' ? changed(part, { t: tensor }) : part));
    return changed(one, { attribute });
  });
  return changed(model, { graph: changed(graph, { initializer, node }) });
}
