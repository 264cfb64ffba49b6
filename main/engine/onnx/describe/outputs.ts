import { sizeOfAxis, axisOf } from './channels.ts';
import { attributeOf, type Lineage } from './lineage.ts';
import { elementName, shapeOf, type Node, type ValueInfo } from '../model.ts';

/** An output that may be a map of classes. */
export interface MapOutput {
  name: string;
  /** `scores`: a number for each class; `ids`: the likeliest class */
  holds: 'scores' | 'ids';
  /** of the channels: 1 for N×K×h×w, 3 for N×h×w×K; null: N×h×w */
  axis: 1 | 3 | null;
  /** classes of scores, or those among which ids were chosen; null: cannot be told */
  channels: number | null;
  height: number | string;
  width: number | string;
}

const FLOATS = ['float32', 'float16', 'float64'];
const INTEGERS = ['uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'uint32', 'bool'];

/** Operators after the one that decides, which change the form of what it gave and not its meaning. */
export const FORM = new Set(
  'Identity Cast Transpose Squeeze Unsqueeze Reshape Flatten Resize Upsample Slice Crop Dropout'.split(' '),
);

/** What outputs shaped like maps of classes hold, in the order of the file. `input` is the picture's height and width. */
export function mapOutputs(lineage: Lineage, input: readonly (number | string)[]): MapOutput[] {
  return lineage.graph.output.map((value) => mapOutput(lineage, value, input)).filter((one) => one !== null);
}

/** One of the graph's outputs; null: it is not shaped like a map of classes. */
export function mapOutput(lineage: Lineage, value: ValueInfo, input: readonly (number | string)[]): MapOutput | null {
  const { name } = value;
  const shape = shapeOf(value) ?? ['?', '?', '?', '?'];
  const type = elementName(value.type?.tensorType?.elemType ?? 1);
  const decision = decisionOf(lineage, name);
  if (shape.length === 3) {
    const [batch, height, width] = shape;
    // K×H×W, of one picture alone, is no map of ids.
    if (typeof batch === 'number' && batch > 1) return null;
    const whole = height === input[0] && width === input[1] && FLOATS.includes(type);
    if (decision || INTEGERS.includes(type))
      return { name, holds: 'ids', axis: null, channels: decisionsAmong(lineage, decision), height, width };
    return whole ? { name, holds: 'scores', axis: null, channels: 1, height, width } : null;
  }
  if (shape.length !== 4) return null;
  const axis = channelAxis(lineage, name, shape, input);
  const [height, width] = axis === 1 ? shape.slice(2) : shape.slice(1, 3);
  if (decision || INTEGERS.includes(type)) {
    const several = typeof shape[axis] === 'number' && shape[axis] !== 1;
    return several ? null : { name, holds: 'ids', axis, channels: decisionsAmong(lineage, decision), height, width };
  }
  const channels = sizeOfAxis(lineage, name, axis);
  return FLOATS.includes(type) ? { name, holds: 'scores', axis, channels, height, width } : null;
}

/** Operators that choose a class, and those that compare with a threshold. */
const COMPARE = ['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'];

/** The node that chooses one class a pixel, if one does. */
function decisionOf(lineage: Lineage, name: string): Node | undefined {
  const node = lineage.back(name, FORM);
  return node && (node.opType === 'ArgMax' || COMPARE.includes(node.opType)) ? node : undefined;
}

function decisionsAmong(lineage: Lineage, decision: Node | undefined): number | null {
  if (!decision) return null;
  return decision.opType === 'ArgMax' ? sizeOfAxis(lineage, decision.input[0], axisOf(decision, 0)) : 2;
}

/** Operators that work on each place and channel alone. */
const PLACEWISE = new Set([
  ...'Identity Cast Softmax LogSoftmax Sigmoid Clip Add Mul Sub Div ArgMax Dropout'.split(' '),
]);

/** Channels are last where the network turned them there, or where only then the map has the proportions of the input. */
function channelAxis(
  lineage: Lineage,
  name: string,
  shape: readonly (number | string)[],
  input: readonly (number | string)[],
): 1 | 3 {
  const turn = lineage.back(name, PLACEWISE);
  const perm = turn?.opType === 'Transpose' ? attributeOf(turn, 'perm')?.ints.join() : undefined;
  if (perm === '0,2,3,1') return 3;
  if (perm === '0,3,1,2') return 1;
  const [, b, c, d] = shape;
  if (fits(c, d, input)) return 1;
  if (fits(b, c, input)) return 3;
  if (d === 1 && b !== 1) return 3;
  if (typeof d !== 'number' || typeof b === 'string') return typeof d === 'number' && typeof c === 'string' ? 3 : 1;
  // Maps are larger than there are classes.
  return typeof c === 'number' && d < b && d < c ? 3 : 1;
}

/** Whether a map of h×w pixels has the proportions of the input: the same names, or one stride for both. */
function fits(h: number | string, w: number | string, [height, width]: readonly (number | string)[]): boolean {
  if (typeof h === 'string' || typeof w === 'string') return h !== '?' && h === height && w === width;
  if (typeof height === 'string' || typeof width === 'string') return false;
  const stride = Math.round(height / h);
  return stride > 0 && Math.ceil(height / stride) === h && Math.ceil(width / stride) === w;
}

/** Names people give to what only helps in training, and to the result. */
const AUXILIARY = /aux|deep_?sup|boundary|edge|feat|hidden|attention|depth|embed|extra/i;
const MAIN = /^(out|output|output_?0|logits|seg|segmentation|mask|masks|pred|prediction|main|probs?|softmax|argmax)$/i;

/** Networks of more classes are none that anybody segments with: such a map holds features. */
const MOST_CLASSES = 1000;

/**
 * The output that is the result: none that is named for an auxiliary one; what tells more; the larger map; names; the number
 * of channels most maps have; the first.
 */
export function mainOutput(outputs: readonly MapOutput[], input: readonly (number | string)[]): MapOutput | undefined {
  const named = outputs.filter(({ channels }) => channels === null || channels <= MOST_CLASSES);
  const shares = (one: MapOutput) => named.filter(({ channels }) => channels === one.channels).length;
  const worth = (one: MapOutput) => [
    AUXILIARY.test(one.name) ? 0 : 1,
    told(one),
    areaOf(one, input),
    MAIN.test(one.name) ? 1 : 0,
    shares(one),
  ];
  const [first] = named.map((one, i) => ({ one, rank: [...worth(one), -i] })).sort((a, b) => compare(b.rank, a.rank));
  return first?.one;
}

/** Scores of classes tell more than the likeliest class, and that more than a confidence or a boundary beside it. */
function told({ holds, channels }: MapOutput): number {
  if (holds === 'scores') return channels === 1 ? 1 : 3;
  return channels !== null && channels > 2 ? 2 : 0;
}

/** Pixels as a share of the input's; 0: nobody knows. */
function areaOf({ height, width }: MapOutput, [h, w]: readonly (number | string)[]): number {
  if (height === h && width === w && h !== '?') return 1;
  if (typeof height === 'string' || typeof width === 'string') return 0;
  return typeof h === 'number' && typeof w === 'number' ? (height * width) / (h * w) : height * width;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((value, i) => value !== b[i]);
  return different < 0 ? 0 : a[different] - b[different];
}
