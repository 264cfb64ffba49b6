import type { Planes } from '../../common/planes.ts';
import { IGNORE } from '../../common/dataset.ts';

/** Plain reference of what a compiled chain computes, in doubles. A map is one array of K values at each place. */
export interface ClassMaps {
  width: number;
  height: number;
  /** [place][class] */
  at: number[][];
}

/** `data`: [K, height, width] */
export function toMaps(data: ArrayLike<number>, classes: number, width: number, height: number): ClassMaps {
  const size = width * height;
  const at = Array.from({ length: size }, (_, i) => Array.from({ length: classes }, (_, k) => data[k * size + i]));
  return { width, height, at };
}

export function softmax(logits: ClassMaps): ClassMaps {
  const at = logits.at.map((values) => {
    const top = Math.max(...values);
    const powers = values.map((value) => Math.exp(value - top));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  });
  return { ...logits, at };
}

export function flip({ width, height, at }: ClassMaps): ClassMaps {
  return { width, height, at: at.map((_, i) => at[i - (i % width) + width - 1 - (i % width)]) };
}

/** Bilinear, half-pixel, edges repeated. */
export function resize(maps: ClassMaps, width: number, height: number): ClassMaps {
  const source = (i: number, from: number, to: number) =>
    Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
  const at = Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [source(i % width, maps.width, width), source(Math.floor(i / width), maps.height, height)];
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [x1, y1] = [Math.min(x0 + 1, maps.width - 1), Math.min(y0 + 1, maps.height - 1)];
    const value = (px: number, py: number, k: number) => maps.at[py * maps.width + px][k];
    return maps.at[0].map((_, k) => {
      const above = value(x0, y0, k) * (1 - x + x0) + value(x1, y0, k) * (x - x0);
      const below = value(x0, y1, k) * (1 - x + x0) + value(x1, y1, k) * (x - x0);
      return above * (1 - y + y0) + below * (y - y0);
    });
  });
  return { width, height, at };
}

export function mean(passes: ClassMaps[]): ClassMaps {
  const at = passes[0].at.map((values, i) =>
    values.map((_, k) => passes.reduce((sum, pass) => sum + pass.at[i][k], 0) / passes.length),
  );
  return { ...passes[0], at };
}

const entropy = (p: number[]) => -p.reduce((sum, value) => sum + (value > 0 ? value * Math.log2(value) : 0), 0);

/** Mutual information in bits, one value at each place. */
export function information(passes: ClassMaps[]): ClassMaps {
  const whole = mean(passes);
  const at = whole.at.map((p, i) => [
    entropy(p) - passes.reduce((sum, pass) => sum + entropy(pass.at[i]), 0) / passes.length,
  ]);
  return { ...whole, at };
}

/** `bits`: disagreement at every pixel. */
export function planesOf(passes: ClassMaps[], bits: ClassMaps, given: Uint8Array | null): Planes {
  const { width, height, at } = mean(passes);
  const byte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  return {
    width,
    height,
    label: Uint8Array.from(at, (p) => p.indexOf(Math.max(...p))),
    confidence: Uint8Array.from(at, (p) => byte(Math.max(...p))),
    disagreement: Uint8Array.from(bits.at, ([value]) => byte(value)),
    pGiven: Uint8Array.from(at, (p, i) => (given && given[i] !== IGNORE ? byte(p[given[i]]) : 255)),
  };
}
