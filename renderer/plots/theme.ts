import { rgbOf } from '../../common/palette.ts';

/** Colours of a plot as `#rrggbb`. Series differ in lightness too, so that print and colour-blind eyes tell them apart. */
export interface PlotTheme {
  ground: string;
  /** axes and names */
  ink: string;
  /** figures at ticks, notes */
  soft: string;
  /** lines of the grid, empty cells */
  faint: string;
  /** what is looked at first, what it is compared with, and what is beside it */
  first: string;
  second: string;
  third: string;
  /** from nothing to most: one hue, lightness rising or falling all the way */
  ramp: readonly string[];
  /** the same without a hue, and calmer */
  greys: readonly string[];
}

/** For reports: black on white. */
export const LIGHT: PlotTheme = {
  ground: '#ffffff',
  ink: '#16181d',
  soft: '#565c68',
  faint: '#e3e6eb',
  first: '#0b6e8a',
  second: '#d1601f',
  third: '#9aa1ad',
  ramp: ['#f4f8fa', '#cfe5ec', '#93c6d6', '#4a9db6', '#14708c', '#063e52'],
  greys: ['#f7f8f9', '#dde0e5'],
};

/** As the window: the panel is the paper. */
export const DARK: PlotTheme = {
  ground: '#0c0d10',
  ink: '#e7e9ed',
  soft: '#a6acb8',
  faint: '#252a32',
  first: '#6fb6c9',
  second: '#f0955a',
  third: '#5d6675',
  ramp: ['#14181d', '#173440', '#1f596b', '#348aa1', '#74c0d3', '#e2f8fd'],
  greys: ['#14161a', '#2b3039'],
};

/** Colour at `share` 0..1 of a ramp, between its stops in sRGB. */
export function rampColor(ramp: readonly string[], share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
  const low = Math.min(ramp.length - 2, Math.floor(place));
  const [from, to] = [rgbOf(ramp[low]), rgbOf(ramp[low + 1])];
  const mixed = from.map((value, i) => Math.round(value + (to[i] - value) * (place - low)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Black or white, whichever is read more easily on `color` (contrast as WCAG 2 has it). */
export function inkOn(color: string): string {
  const [r, g, b] = rgbOf(color).map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? '#101216' : '#f4f6f8';
}
