import type { Preprocessing } from '../../../../common/ensemble.ts';
import { attributeOf, numbersOf, type Lineage } from './lineage.ts';
import { elementName, shapeOf, type Node, type ValueInfo } from '../model.ts';

/** How a network takes its pictures. */
export interface Entrance {
  layout: 'nchw' | 'nhwc';
  /** null: cannot be told */
  channels: number | null;
  /** the one it takes; null: any */
  size: { width: number; height: number } | null;
  /** divisor of height and width, where the file says it; 1: any */
  multiple: number;
  /** what has to be done where the network prepares pictures itself; null: it does not */
  preparation: Preprocessing | null;
}

const IDENTITY: Preprocessing = { channels: 'rgb', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

/** `input` is of rank 4. */
export function entranceOf(lineage: Lineage, input: ValueInfo): Entrance {
  const shape = shapeOf(input) ?? [];
  const way = wayIn(lineage, input.name);
  const layout = layoutOf(shape, way);
  const [height, width] = layout === 'nchw' ? shape.slice(2) : shape.slice(1, 3);
  const declared = layout === 'nchw' ? shape[1] : shape[3];
  const fixed = typeof height === 'number' && typeof width === 'number';
  return {
    layout,
    channels: typeof declared === 'number' ? declared : channelsTaken(lineage, way.end),
    size: fixed ? { width, height } : null,
    multiple: fixed ? 1 : Math.max(divisorIn(height), divisorIn(width)),
    preparation: preparationOf(lineage, way, elementName(input.type?.tensorType?.elemType ?? 0)),
  };
}

/** What stands between the input and the network proper. */
interface Way {
  arithmetic: Node[];
  /** a transposition of N×H×W×3 to N×3×H×W on the way */
  turned: boolean;
  /** the first node that does something else */
  end: Node | undefined;
}

const ARITHMETIC = new Set(['Add', 'Sub', 'Mul', 'Div']);
const PLAIN = new Set(['Cast', 'Identity']);

function wayIn(lineage: Lineage, name: string): Way {
  const arithmetic: Node[] = [];
  let turned = false;
  for (let value = name; ;) {
    // The picture's size is asked for by many; that changes nothing.
    const takers = lineage.takersOf(value).filter(({ opType }) => opType !== 'Shape');
    const [end] = takers;
    if (takers.length !== 1) return { arithmetic, turned, end };
    const constant = ARITHMETIC.has(end.opType) && end.input.some((one) => lineage.constantOf(one));
    const perm = end.opType === 'Transpose' ? attributeOf(end, 'perm')?.ints.join() : undefined;
    if (perm === '0,3,1,2') turned = true;
    else if (constant) arithmetic.push(end);
    else if (!PLAIN.has(end.opType)) return { arithmetic, turned, end };
    value = end.output[0];
  }
}

function layoutOf(shape: readonly (number | string)[], { turned, end }: Way): Entrance['layout'] {
  if (shape[1] === 3 && shape[3] !== 3) return 'nchw';
  if (shape[3] === 3 && shape[1] !== 3) return 'nhwc';
  if (turned) return 'nhwc';
  if (end?.opType === 'Conv') return 'nchw';
  return /^c|channel/i.test(String(shape[3])) ? 'nhwc' : 'nchw';
}

function channelsTaken(lineage: Lineage, end: Node | undefined): number | null {
  const weight = end?.opType === 'Conv' ? lineage.constantOf(end.input[1]) : undefined;
  const groups = Number((end && attributeOf(end, 'group')?.i) ?? 1);
  return weight ? Number(weight.dims[1]) * groups : null;
}

/** torch.export writes sizes that have to be divisible as `32*height`. */
const divisorIn = (size: number | string): number => Number(/^\(?(\d+)\s*\*/.exec(String(size))?.[1] ?? 1);

/**
 * A network that begins with arithmetic prepares pictures itself, from bytes or from 0..1. Which of the two shows in what
 * it multiplies with: about 1/(255 σ) or about 1/σ, where σ, the standard deviation of colours, is around a quarter; or in
 * what it takes away.
 */
function preparationOf(lineage: Lineage, { arithmetic }: Way, type: string): Preprocessing | null {
  if (type === 'uint8') return IDENTITY;
  if (!arithmetic.length) return null;
  let factor = 1;
  let furthest = 0;
  for (const node of arithmetic) {
    const tensor = node.input.map((name) => lineage.constantOf(name)).find((one) => one !== undefined);
    const values = tensor && numbersOf(tensor);
    if (!values?.length || values.length > 3) return null;
    const size = Math.max(...values.map(Math.abs));
    if (node.opType === 'Mul') factor *= size;
    else if (node.opType === 'Div') factor /= size;
    else furthest = Math.max(furthest, size / factor);
  }
  const bytes = factor < 1 / 8 || furthest > 8;
  return bytes ? IDENTITY : { ...IDENTITY, scale: 1 / 255 };
}
