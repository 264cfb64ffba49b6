import { elementName, opsetOf, type Attribute, type Graph, type Model, type Node, type Tensor } from '../model.ts';
import { holdsFloats } from './floats.ts';
import { constantOf, tensorsOf } from './weights.ts';

/**
 * Where two networks differ in anything but the values of their float tensors, as the end of a sentence: what was
 * expected, and what was found. Null: they are the same function of their weights. Names of nodes and notes do not count.
 */
export function differenceOf(expected: Model, found: Model): string | null {
  const [a, b] = [expected.graph, found.graph];
  if (!a || !b) return 'a graph, found none';
  if (opsetOf(expected) !== opsetOf(found)) return `operators of version ${opsetOf(expected)}, found ${opsetOf(found)}`;
  if (a.node.length !== b.node.length) return `${a.node.length} nodes, found ${b.node.length}`;
  return nodesDiffer(a, b) ?? portsDiffer(a, b) ?? tensorsDiffer(a, b);
}

function nodesDiffer(a: Graph, b: Graph): string | null {
  for (const [i, node] of a.node.entries()) {
    const other = b.node[i];
    if (wordsOf(node) !== wordsOf(other)) return `${nodeText(node)} as node ${i}, found ${nodeText(other)}`;
  }
  return null;
}

const nodeText = ({ opType, input, output }: Node) => `${opType} (${input.join(', ')}) → ${output.join(', ')}`;

/** All of a node that is not free to differ. */
function wordsOf(node: Node): string {
  const { opType, domain, input, output } = node;
  const attributes = constantOf(node) ? [] : node.attribute.map(attributeWords).sort();
  return JSON.stringify([opType, domain, input, output, attributes]);
}

/** Subgraphs and tensors of attributes have to be the same to the byte. */
const attributeWords = (attribute: Attribute): string =>
  JSON.stringify(attribute, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });

function portsDiffer(a: Graph, b: Graph): string | null {
  const names = ({ input, output }: Graph) => [...input, ...output].map(({ name }) => name).join(', ');
  return names(a) === names(b) ? null : `inputs and outputs ${names(a)}, found ${names(b)}`;
}

const tensorText = ({ dataType, dims }: Tensor) => `${elementName(dataType)} ${dims.join('×') || 'scalar'}`;

function tensorsDiffer(a: Graph, b: Graph): string | null {
  const others = tensorsOf(b);
  const used = new Set(a.node.flatMap(({ input }) => input));
  for (const [name, tensor] of tensorsOf(a)) {
    const other = others.get(name);
    if (!other) return `${name} among its tensors, found none by that name`;
    if (tensorText(tensor) !== tensorText(other)) return `${tensorText(tensor)} in ${name}, found ${tensorText(other)}`;
    // A counter of steps, which some exporters leave in the file, is used by nobody.
    if (!holdsFloats(tensor) && used.has(name) && !sameValues(tensor, other))
      return `the same ${elementName(tensor.dataType)} values in ${name}, which cannot be averaged, found others`;
  }
  return others.size === tensorsOf(a).size ? null : `${tensorsOf(a).size} tensors, found ${others.size}`;
}

function sameValues(a: Tensor, b: Tensor): boolean {
  const values = ({ name: _name, ...rest }: Tensor) => attributeWords(rest as unknown as Attribute);
  return values(a) === values(b);
}
