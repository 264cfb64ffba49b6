import type { Merge } from '../../common/ensemble.ts';
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

/** Turned by 90° counterclockwise `quarters` times, as torch.rot90 over height and width. */
export function rot90(maps: ClassMaps, quarters: number): ClassMaps {
  let turned = maps;
  for (let n = 0; n < (quarters + 4) % 4; n++) {
    const { width, height, at } = turned;
    // The rightmost column becomes the top row.
    const taken = Array.from(
      { length: at.length },
      (_, i) => at[(i % height) * width + width - 1 - Math.floor(i / height)],
    );
    turned = { width: height, height: width, at: taken };
  }
  return turned;
}

/** Mirrored top to bottom. */
export const vflip = (maps: ClassMaps): ClassMaps => flip(rot90(maps, 2));

export const each = (maps: ClassMaps, change: (values: number[]) => number[]): ClassMaps => ({
  ...maps,
  at: maps.at.map(change),
});

/** One array of values of all passes at each place. */
const across = (passes: ClassMaps[], come: (values: number[], k: number) => number): ClassMaps => ({
  ...passes[0],
  at: passes[0].at.map((first, i) =>
    first.map((_, k) =>
      come(
        passes.map((pass) => pass.at[i][k]),
        k,
      ),
    ),
  ),
});

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** Brought to sum 1. */
export const normalised = (maps: ClassMaps): ClassMaps => each(maps, (p) => p.map((value) => value / sum(p)));

/** 1 for the likeliest class. */
export const oneHot = (maps: ClassMaps): ClassMaps =>
  each(maps, (p) => p.map((_, k) => (k === p.indexOf(Math.max(...p)) ? 1 : 0)));

const share = (passes: ClassMaps[], weights?: number[]) =>
  passes.map((_, i) => (weights ? weights[i] / sum(weights) : 1 / passes.length));

export function mean(passes: ClassMaps[], weights?: number[]): ClassMaps {
  const w = share(passes, weights);
  return across(passes, (values) => sum(values.map((value, i) => w[i] * value)));
}

/** Of all passes by the rules of common/ensemble.ts. */
export function mergedBy(merge: Merge, passes: ClassMaps[], weights?: number[]): ClassMaps {
  const w = share(passes, weights);
  if (merge === 'mean') return mean(passes, w);
  if (merge === 'vote') return mean(passes.map(oneHot), w);
  if (merge === 'max') return normalised(across(passes, (values) => Math.max(...values)));
  return softmax(across(passes, (values) => sum(values.map((value, i) => w[i] * Math.log(Math.max(value, 1e-30))))));
}

const entropy = (p: number[]) => -p.reduce((sum, value) => sum + (value > 0 ? value * Math.log2(value) : 0), 0);

/** Mutual information in bits, one value at each place. */
export function information(passes: ClassMaps[], weights?: number[]): ClassMaps {
  const w = share(passes, weights);
  const whole = mean(passes, w);
  const at = whole.at.map((p, i) => [entropy(p) - sum(passes.map((pass, n) => w[n] * entropy(pass.at[i])))]);
  return { ...whole, at };
}

/** `bits`: disagreement at every pixel. */
export const planesOf = (passes: ClassMaps[], bits: ClassMaps, given: Uint8Array | null): Planes =>
  planesFrom(mean(passes), bits, given);

/** `ignored`: given classes for which nothing is said. */
export function planesFrom(
  { width, height, at }: ClassMaps,
  bits: ClassMaps,
  given: Uint8Array | null,
  ignored: readonly number[] = [],
): Planes {
  const byte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  const says = (k: number) => k !== IGNORE && !ignored.includes(k);
  return {
    width,
    height,
    label: Uint8Array.from(at, (p) => p.indexOf(Math.max(...p))),
    confidence: Uint8Array.from(at, (p) => byte(Math.max(...p))),
    disagreement: Uint8Array.from(bits.at, ([value]) => byte(value)),
    pGiven: Uint8Array.from(at, (p, i) => (given && says(given[i]) ? byte(p[given[i]]) : 255)),
  };
}
