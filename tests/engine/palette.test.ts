import { describe, expect, it } from 'vitest';
import { classColors, hexColor, rgbOf } from '../../common/palette.ts';

/** Other formulas than the ones the colours are chosen by: CIE Lab, and dichromats after Viénot, Brettel and Mollon 1999. */
const linear = (value: number) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);

function cieLab([r, g, b]: number[]): number[] {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const EYES: Record<string, (rgb: number[]) => number[]> = {
  full: (rgb) => rgb,
  deuteranope: ([r, g, b]) => dichromat(0.29275 * r + 0.70725 * g, 0.02234 * (g - r) + b),
  protanope: ([r, g, b]) => dichromat(0.11238 * r + 0.88762 * g, 0.00401 * (r - g) + b),
};
const dichromat = (yellow: number, blue: number) => [yellow, yellow, Math.max(0, blue)];

function closest(colors: string[], eye: (rgb: number[]) => number[]): number {
  const seen = colors.map((color) => cieLab(eye(rgbOf(color).map(linear))));
  const apart = seen.flatMap((a, i) => seen.slice(0, i).map((b) => Math.hypot(...a.map((value, c) => value - b[c]))));
  return Math.min(...apart);
}

describe('default class colours', () => {
  const colors = classColors(255);

  it('are all different, and the same however many are asked for', () => {
    expect(new Set(colors).size).toBe(255);
    for (const count of [0, 1, 21]) expect(classColors(count)).toEqual(colors.slice(0, count));
  });

  it('are far apart where they are few, also to eyes that see no red or no green', () => {
    // Calm colours that also leave the outline's amber free have less room: 18 instead of some 20 without these limits.
    expect(closest(colors.slice(0, 12), EYES.full)).toBeGreaterThan(17.5);
    expect(closest(colors.slice(0, 20), EYES.full)).toBeGreaterThan(15);
    for (const eye of [EYES.deuteranope, EYES.protanope]) expect(closest(colors.slice(0, 12), eye)).toBeGreaterThan(10);
  });

  it('go to bytes and back', () => {
    for (const color of colors) expect(hexColor(rgbOf(color))).toBe(color);
  });
});
