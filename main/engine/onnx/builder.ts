import { AttributeType, ElementType, type Attribute, type Node, type Tensor } from './model.ts';
import { makeAttribute, makeNode, makeTensor } from './proto.ts';

type AttributeValue = number | string | readonly number[] | { float: number };

/** Grows a graph node by node, in the dialect of one version of the ONNX operators. Values are called by name. */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly initializers: Tensor[] = [];
  readonly opset: number;
  private readonly prefix: string;
  private count = 0;
  private constants = new Map<string, string>();

  constructor(opset: number, prefix = '') {
    this.opset = opset;
    this.prefix = prefix;
  }

  /** Adds one operator with one output and returns that output's name. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    output?: string,
  ): string {
    const name = output ?? this.fresh(opType);
    this.nodes.push(
      makeNode({ opType, name, input: [...inputs], output: [name], attribute: toAttributes(attributes) }),
    );
    return name;
  }

  /** Reduces over `axes`, keeping them as 1; axes became an input in 13 for ReduceSum, in 18 for its sisters. */
  reduce(opType: 'ReduceSum' | 'ReduceMax' | 'ReduceMean', input: string, axes: readonly number[]): string {
    return this.opset >= (opType === 'ReduceSum' ? 13 : 18)
      ? this.add(opType, [input, this.int64s(axes)], { keepdims: 1 })
      : this.add(opType, [input], { axes, keepdims: 1 });
  }

  /** `input` with axes of size 1 put in. */
  unsqueeze(input: string, axes: readonly number[], output?: string): string {
    return this.opset >= 13
      ? this.add('Unsqueeze', [input, this.int64s(axes)], {}, output)
      : this.add('Unsqueeze', [input], { axes }, output);
  }

  squeeze(input: string, axes: readonly number[], output?: string): string {
    return this.opset >= 13
      ? this.add('Squeeze', [input, this.int64s(axes)], {}, output)
      : this.add('Squeeze', [input], { axes }, output);
  }

  /** Backwards along `axes`. */
  reverse(input: string, axes: readonly number[]): string {
    const [last, beyondFirst, backwards] = [-1, -(2 ** 31), -1].map((one) => this.int64s(axes.map(() => one)));
    return this.add('Slice', [input, last, beyondFirst, this.int64s(axes), backwards]);
  }

  /** From index `start` to before `end` along one axis. */
  slice(input: string, axis: number, start: number, end: number): string {
    return this.add('Slice', [input, ...[start, end, axis].map((one) => this.int64s([one]))]);
  }

  shape(input: string): string {
    return this.add('Shape', [input]);
  }

  /** Height and width of `input` as int64 [2], which lie from axis `from` on. */
  sizeOf(input: string, from: number): string {
    return this.add('Slice', [this.shape(input), this.int64s([from]), this.int64s([from + 2])]);
  }

  /** `input` [1, channels, …] brought to `size` (int64 [2]): bilinear, half-pixel. */
  resize(input: string, channels: number, size: string): string {
    const whole = this.add('Concat', [this.int64s([1, channels]), size], { axis: 0 });
    const none = this.float([]);
    const how = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
    return this.add('Resize', [input, none, none, whole], how);
  }

  cast(input: string, to: keyof typeof ElementType, output?: string): string {
    return this.add('Cast', [input], { to: ElementType[to] }, output);
  }

  /** A float32 constant; a plain number is a scalar. */
  float(value: number | readonly number[], dims?: readonly number[]): string {
    const values = typeof value === 'number' ? [value] : value;
    const shape = dims ?? (typeof value === 'number' ? [] : [values.length]);
    return this.constant('float32', shape, new Float32Array(values));
  }

  int64s(values: readonly (number | bigint)[], dims: readonly number[] = [values.length]): string {
    return this.constant(
      'int64',
      dims,
      BigInt64Array.from(values, (value) => BigInt(value)),
    );
  }

  private constant(type: keyof typeof ElementType, dims: readonly number[], values: Float32Array | BigInt64Array) {
    const key = `${type} ${dims.join('x')} ${values.join(' ')}`;
    const known = this.constants.get(key);
    if (known) return known;
    const name = this.fresh('constant');
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push(makeTensor({ name, dims: dims.map(BigInt), dataType: ElementType[type], rawData }));
    this.constants.set(key, name);
    return name;
  }

  private fresh(what: string): string {
    return `${this.prefix}${what}_${this.count++}`;
  }
}

function toAttributes(attributes: Record<string, AttributeValue>): Attribute[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return makeAttribute({ name, type: AttributeType.int, i: BigInt(value) });
    if (typeof value === 'string') return makeAttribute({ name, type: AttributeType.string, s: Buffer.from(value) });
    if ('float' in value) return makeAttribute({ name, type: AttributeType.float, f: value.float });
    return makeAttribute({ name, type: AttributeType.ints, ints: value.map(BigInt) });
  });
}
