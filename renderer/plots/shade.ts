import { rampColor, type PlotTheme } from './theme.ts';

export type ShadeScale = 'share' | 'log';

/** The least share that a logarithmic scale tells from nothing. */
export const LEAST_SHARE = 1e-4;

/** How dark a share is, 0..1: nothing is 0, `most` is 1. Logarithmic from LEAST_SHARE; what is less is the faintest. */
export function depth(share: number, most: number, scale: ShadeScale): number {
  if (share <= 0 || most <= 0) return 0;
  if (scale === 'share') return Math.min(1, share / most);
  const floor = Math.min(LEAST_SHARE, most / 10);
  const place = Math.log(Math.max(share, floor) / floor) / Math.log(most / floor);
  return Math.min(1, 0.06 + 0.94 * place);
}

/** How dark a cell is, 0..1; where given and proposed agree the whole scale is used, since that is mostly near 1. */
export const cellDepth = (share: number, agrees: boolean, most: number, scale: ShadeScale): number =>
  agrees ? share : depth(share, most, scale);

/** Colour of a cell; where given and proposed agree it is grey and calm, so that errors are what is seen. */
export const cellColor = (cell: number, agrees: boolean, theme: PlotTheme): string =>
  rampColor(agrees ? theme.greys : theme.ramp, cell);
