import type { InputSize, Preprocessing } from '../../../../common/ensemble.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Form } from './form.ts';
import { elementName, ElementType } from '../model.ts';
import { PARTS, type Pass } from './tta.ts';
import { addTurn } from './turns.ts';

/** The size a picture is brought to before it is turned: its own, or another, rounded up to what is divisible by a number. */
export type TakenSize = 'own' | { size: InputSize; multiple: number };

interface Size {
  width: number;
  height: number;
}

/**
 * What a pass is run on. `picture`: its size where that is known beforehand. A network of one size takes a picture turned
 * by 90° as any other: brought to that size.
 */
export function takenSize(
  { size, turn }: Pick<Pass, 'size' | 'turn'>,
  { fixed }: Form['input'],
  multiple: number,
  picture: Size | null,
): TakenSize {
  const asked = fixed && turn.swap ? { width: fixed.height, height: fixed.width } : (fixed ?? size);
  const step = fixed ? 1 : multiple;
  const fits = (known: Size | null) => step === 1 || (known && known.width % step === 0 && known.height % step === 0);
  const isOwn =
    'scale' in asked ? asked.scale === 1 : picture?.width === asked.width && picture.height === asked.height;
  if (isOwn && fits(picture)) return 'own';
  return { size: asked, multiple: step };
}

/**
 * Pictures as a network was trained on them, from uint8 [1, H, W, 3], RGB: for each pass brought to size, prepared,
 * multiplied and added to, turned; in the network's own layout and type. What passes have in common is done once.
 * A network that takes bytes prepares them itself.
 */
export class Pictures {
  private readonly graph: GraphBuilder;
  private readonly pixels: string;
  private readonly form: Form['input'];
  private readonly preprocessing: Preprocessing;
  private readonly made = new Map<string, string>();

  constructor(graph: GraphBuilder, pixels: string, form: Form['input'], preprocessing: Preprocessing) {
    this.graph = graph;
    this.pixels = pixels;
    this.form = form;
    this.preprocessing = preprocessing;
  }

  /** Value name of what the network is fed. */
  for(pass: Pass, taken: TakenSize): string {
    const { graph } = this;
    const { layout, type } = this.form;
    const turned = addTurn(graph, this.prepared(pass, taken), pass.turn);
    const typed = type === ElementType.float32 || this.isByte ? turned : graph.cast(turned, typeName(type));
    return layout === 'nhwc' ? graph.add('Transpose', [typed], { perm: [0, 2, 3, 1] }) : typed;
  }

  private get isByte() {
    return this.form.type === ElementType.uint8;
  }

  /** [1, 3, h, w], turned to planes while still bytes, which moves a quarter of the memory. */
  private get planes(): string {
    return this.once('bytes', () => {
      const planes = this.graph.add('Transpose', [this.pixels], { perm: [0, 3, 1, 2] });
      if (this.preprocessing.channels === 'rgb') return planes;
      return this.graph.add('Gather', [planes, this.graph.int64s([2, 1, 0])], { axis: 1 });
    });
  }

  /** float32 0..255 */
  private sized(taken: TakenSize): string {
    return this.once(JSON.stringify(taken), () => {
      const value = this.graph.cast(this.planes, 'float32');
      return taken === 'own' ? value : this.graph.resize(value, 3, addSize(this.graph, this.pixels, taken));
    });
  }

  private prepared({ multiply, add }: Pass, taken: TakenSize): string {
    const same = multiply === 1 && add === 0;
    if (this.isByte && same && taken === 'own') return this.planes;
    return this.once(JSON.stringify([taken, multiply, add]), () =>
      this.isByte ? this.bytes(this.sized(taken), multiply, add) : this.normalised(this.sized(taken), multiply, add),
    );
  }

  private normalised(value: string, multiply: number, add: number): string {
    const { scale, mean, std } = this.preprocessing;
    const factors = std.map((s) => (scale / s) * multiply);
    const offsets = mean.map((m, i) => (-m / std[i]) * multiply + add);
    const [factor, offset] = [factors, offsets].map((values) => this.graph.float(values, [1, 3, 1, 1]));
    return this.graph.add('Add', [this.graph.add('Mul', [value, factor]), offset]);
  }

  /** Rounded to the nearest: a cast cuts off, and wraps around beyond 0..255. */
  private bytes(value: string, multiply: number, add: number): string {
    const { graph } = this;
    const multiplied = multiply === 1 ? value : graph.add('Mul', [value, graph.float(multiply)]);
    const raised = graph.add('Add', [multiplied, graph.float(add + 0.5)]);
    return graph.cast(graph.add('Clip', [raised, graph.float(0), graph.float(255)]), 'uint8');
  }

  private once(key: string, make: () => string): string {
    const known = this.made.get(key) ?? make();
    this.made.set(key, known);
    return known;
  }
}

function typeName(type: number): keyof typeof ElementType {
  const name = elementName(type);
  if (name in ElementType) return name as keyof typeof ElementType;
  throw new Error(`Expected an input of float32, float16 or uint8, found ${name}.`);
}

/** int64 [2] */
function addSize(graph: GraphBuilder, pixels: string, { size, multiple }: Exclude<TakenSize, 'own'>): string {
  const asked = 'scale' in size ? addScaled(graph, pixels, size.scale) : graph.int64s([size.height, size.width]);
  if (multiple === 1) return asked;
  const step = graph.int64s([multiple], []);
  const steps = graph.add('Div', [graph.add('Add', [asked, graph.int64s([multiple - 1], [])]), step]);
  return graph.add('Mul', [steps, step]);
}

/** See scaledLength. */
function addScaled(graph: GraphBuilder, pixels: string, scale: number): string {
  const own = graph.sizeOf(pixels, 1);
  if (scale === 1) return own;
  const [twice, half, whole] = [2 * Math.round(scale * PARTS), PARTS, 2 * PARTS].map((n) => graph.int64s([n], []));
  return graph.add('Div', [graph.add('Add', [graph.add('Mul', [own, twice]), half]), whole]);
}
