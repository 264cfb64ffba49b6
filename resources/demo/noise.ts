import { seeded } from './random.ts';

const SIZE = 256;
const lattice = (() => {
  const random = seeded(20);
  return Float32Array.from({ length: SIZE * SIZE }, () => random.next());
})();

/** Smooth value noise in 0..1, one feature per unit; repeats every `across` and `down` units, powers of two up to 256. */
export function noise(x: number, y: number, across = SIZE, down = SIZE): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const x0 = left & (across - 1);
  const x1 = (left + 1) & (across - 1);
  const y0 = (top & (down - 1)) << 8;
  const y1 = ((top + 1) & (down - 1)) << 8;
  const upper = lattice[y0 + x0] + (lattice[y0 + x1] - lattice[y0 + x0]) * sx;
  const lower = lattice[y1 + x0] + (lattice[y1 + x1] - lattice[y1 + x0]) * sx;
  return upper + (lower - upper) * sy;
}

/** Sum of `octaves` of noise, each twice as fine and half as strong; about 0..1. */
export function cloud(x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0.5;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * noise(x, y);
    total += weight;
    weight /= 2;
    x = x * 2.03 + 17.1;
    y = y * 2.03 + 5.7;
  }
  return sum / total;
}

/** Sharp folds: 1 along the creases of the noise, falling to 0 between them. */
export function crease(x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0.5;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * (1 - Math.abs(2 * noise(x, y) - 1));
    total += weight;
    weight *= 0.55;
    x = x * 1.9 + 31.3;
    y = y * 1.9 + 11.9;
  }
  return sum / total;
}
