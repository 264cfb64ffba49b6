import type { Activation } from '../../../../common/ensemble.ts';
import { PLACE, type Layout } from './layout.ts';
import { shapeOf, type Attribute, type Node, type ValueInfo } from '../model.ts';
import type { Network } from '../network.ts';

/** How a network ends, which decides how its output becomes probabilities at the least cost. */
export type Ending =
  /** a linear Resize of coarse logits to the size of the input: what looks at one place only can be done before it */
  | { kind: 'upsampled'; resize: Node; coarse: string; tail: Node[]; halfPixel: boolean }
  /** a map of the size of the input */
  | { kind: 'full' }
  /** a map of another size, or nobody knows */
  | { kind: 'coarse' };

const attributeOf = (node: Node, name: string): Attribute | undefined =>
  node.attribute.find((one) => one.name === name);
const textOf = (node: Node, name: string) => Buffer.from(attributeOf(node, name)?.s ?? []).toString();

/** Where left and right are alike, so that flipping before resizing and after it give the same. */
const SYMMETRIC = ['', 'half_pixel', 'pytorch_half_pixel', 'align_corners'];

/**
 * `activation` is that of the output: only logits may be changed before they are resized. `whole`: the map is known to be
 * of the size of the input, or not to be; absent: what the file says.
 */
export function endingOf(network: Network, activation: Activation, form: Ends, whole?: boolean): Ending {
  if (!(whole ?? isWhole(network, form))) return { kind: 'coarse' };
  const tail: Node[] = [];
  let node = network.makerOf.get(network.output.name);
  let layout = form.output.layout;
  for (
    ;
    node && (isPassing(node) || (layout === 'nhwc' && isToLast(node)));
    node = network.makerOf.get(node.input[0])
  ) {
    tail.push(node);
    if (isToLast(node)) layout = 'nchw';
  }
  const linear =
    (activation === 'logits' || activation === 'sigmoid-logits') &&
    layout === 'nchw' &&
    node?.opType === 'Resize' &&
    textOf(node, 'mode') === 'linear' &&
    SYMMETRIC.includes(textOf(node, 'coordinate_transformation_mode')) &&
    !attributeOf(node, 'axes');
  return node && linear
    ? { kind: 'upsampled', resize: node, coarse: node.input[0], tail: [...tail, node], halfPixel: isHalfPixel(node) }
    : { kind: 'full' };
}

interface Ends {
  input: { layout: Layout };
  output: { layout: Layout };
}

/** Changes no value, or no more than another type of floating point does. */
const isPassing = ({ opType }: Node) => opType === 'Identity' || opType === 'Cast';

/** Puts the channels last. */
const isToLast = (node: Node) =>
  node.opType === 'Transpose' && attributeOf(node, 'perm')?.ints.map(Number).join() === '0,2,3,1';

const isHalfPixel = (resize: Node) => textOf(resize, 'coordinate_transformation_mode') !== 'align_corners';

/** transformers' exporter (optimum) calls sizes of the output `height` and `width` as those of the input, though they are a quarter. */
const MISNAMED = 'pixel_values';

/** The file says that height and width of the output are those of the input. */
function isWhole({ input, output }: Network, form: Ends): boolean {
  const place = (value: ValueInfo, layout: Layout) => {
    const shape = shapeOf(value) ?? [];
    return shape.length === 3 ? shape.slice(1) : PLACE[layout].map((axis) => shape[axis] ?? '?');
  };
  const [height, width] = place(input, form.input.layout);
  const [h, w] = place(output, form.output.layout);
  const known = input.name === MISNAMED ? typeof height === 'number' : height !== '?' && width !== '?';
  return known && height === h && width === w;
}
