import { shapeOf, type Graph, type Model, type Node, type ValueInfo } from './model.ts';
import { makeGraph, makeNode } from './proto.ts';

/** A network as a function from one value to one: what is left of a model once its other outputs are cut away. */
export interface Network {
  input: ValueInfo;
  output: ValueInfo;
  /** in order of execution, only those the output depends on */
  nodes: Node[];
  graph: Graph;
  /** node by each value it makes */
  makerOf: Map<string, Node>;
}

/** Inputs that have to be fed; old files list their weights among the inputs as well. */
export function realInputs(graph: Graph): ValueInfo[] {
  const weights = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !weights.has(name));
}

/** The first output that is shaped like a map of classes: rank 4, or of unknown rank. */
export function mapOutput(graph: Graph): ValueInfo | undefined {
  return graph.output.find((value) => (shapeOf(value)?.length ?? 4) === 4);
}

/** Up to the output called `name`, or to the one that is shaped like a map of classes. Throws Error where there is none. */
export function networkOf(model: Model, name?: string): Network {
  const { graph } = model;
  const input = graph && realInputs(graph)[0];
  if (!graph || !input) throw new Error('Expected a network with an input, found none.');
  const output = name ? graph.output.find((one) => one.name === name) : mapOutput(graph);
  if (!output) throw new Error(`Expected an output ${name ?? 'of rank 4'}, found ${namesOf(graph.output)}.`);
  const makerOf = new Map(graph.node.flatMap((node) => node.output.map((name): [string, Node] => [name, node])));
  const needed = new Set<Node>();
  const open = [output.name];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = makerOf.get(name);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    open.push(...node.input, ...capturedBy(node));
  }
  return { input, output, graph, makerOf, nodes: graph.node.filter((node) => needed.has(node)) };
}

const namesOf = (values: readonly ValueInfo[]) => values.map(({ name }) => name).join(', ') || 'none';

/** Names a node's subgraphs (If, Loop, Scan) may take from outside; names of their own among them do no harm. */
function capturedBy(node: Node): string[] {
  return subgraphsOf(node).flatMap((graph) => [
    ...graph.output.map(({ name }) => name),
    ...graph.node.flatMap((inner) => [...inner.input, ...capturedBy(inner)]),
  ]);
}

const subgraphsOf = (node: Node): Graph[] =>
  node.attribute.flatMap((attribute) => (attribute.g ? [attribute.g, ...attribute.graphs] : attribute.graphs));

/**
 * The network's nodes once more, every value they make under a new name and the input taken from `input`; weights are
 * shared; `leaveOut` is left to the caller. Two copies with different suffixes can stand in one graph.
 */
export function copyNodes(
  network: Network,
  input: string,
  suffix: string,
  leaveOut: readonly Node[] = [],
): { nodes: Node[]; rename: (name: string) => string } {
  const made = new Set(network.nodes.flatMap((node) => node.output).filter(Boolean));
  const rename = (name: string) => (name === network.input.name ? input : made.has(name) ? name + suffix : name);
  const nodes = network.nodes.filter((node) => !leaveOut.includes(node));
  return { nodes: nodes.map((node) => copyNode(node, rename, suffix)), rename };
}

export function copyNode(node: Node, rename: (name: string) => string, suffix: string): Node {
  const attribute = subgraphsOf(node).length
    ? node.attribute.map((one) => ({
        ...one,
        ...(one.g && { g: copySubgraph(one.g, rename, suffix) }),
        graphs: one.graphs.map((graph) => copySubgraph(graph, rename, suffix)),
      }))
    : node.attribute;
  return makeNode({
    opType: node.opType,
    domain: node.domain,
    name: node.name && node.name + suffix,
    input: node.input.map(rename),
    output: node.output.map((name) => name && rename(name)),
    attribute,
  });
}

/** Inside a subgraph only what it takes from outside gets a new name; its own values hide those of the same name. */
function copySubgraph(graph: Graph, rename: (name: string) => string, suffix: string): Graph {
  const own = new Set([
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.node.flatMap((node) => node.output),
  ]);
  const outer = (name: string) => (own.has(name) ? name : rename(name));
  return makeGraph({
    ...graph,
    node: graph.node.map((node) => copyNode(node, outer, suffix)),
    output: graph.output.map((value) => ({ ...value, name: outer(value.name) })),
  });
}
