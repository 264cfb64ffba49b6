import type { Cell } from './csv.ts';
import { rowShares, largestConfusion, type Counts } from './confusion.ts';
import { logTicks, percentTicks, ticks } from './scale.ts';
import { cellColor, cellDepth, depth, LEAST_SHARE, type ShadeScale } from './shade.ts';
import { group, path, rect, short, text, type Drawing, type Mark } from './svg.ts';
import { inkOn, rampColor, type PlotTheme } from './theme.ts';
import { fitText, textWidth } from './words.ts';

export interface Matrix {
  label: string;
  names: readonly string[];
  /** classes that are shown, by index */
  shown: readonly number[];
  counts: Counts;
  scale: ShadeScale;
}

/** Above this many classes a saved matrix has no figures in its cells, and cells of one shade are one path. */
const FIGURES = 24;
const SHADES = 64;
const BAR = 12;
const FOOT = 56;
/** room for what the sides are */
const CORNER = 66;

/** Given classes down, proposed ones across, shaded by share of the row. */
export function drawMatrix({ label, names, shown, counts, scale }: Matrix, width: number, theme: PlotTheme): Drawing {
  const shares = rowShares(counts);
  const most = largestConfusion(shares);
  // Names of hundreds of classes are as small as their cells: a drawing can be enlarged, overlapping names cannot be read.
  const size = Math.min(11, (0.75 * width) / shown.length);
  const named = Math.min(150, Math.max(0, ...shown.map((k) => textWidth(names[k], size))) + 10);
  const left = Math.max(named + 6, CORNER);
  const top = Math.max(named * 0.8, 20) + 24;
  const cell = Math.min(56, (width - left - named * 0.55) / shown.length);
  const bottom = top + cell * shown.length;
  const deep = (row: number, column: number) =>
    cellDepth(shares[shown[row]][shown[column]], row === column, most, scale);
  const color = (row: number, column: number) => cellColor(deep(row, column), row === column, theme);
  const cells =
    shown.length > FIGURES
      ? shadedPaths(shown.length, cell, deep, theme)
      : figureCells(shown, names, counts, shares, cell, color);
  return {
    width,
    height: bottom + FOOT,
    label,
    ground: theme.ground,
    marks: [
      text(0, top - 26, 'proposed →', { fill: theme.soft, 'font-size': 11 }),
      text(0, top - 10, 'given ↓', { fill: theme.soft, 'font-size': 11 }),
      ...shown.flatMap((k, i) => nameMarks(fitText(names[k], named - 10, size), i, cell, left, top, size, theme)),
      group(cells, { transform: `translate(${short(left)} ${short(top)})` }),
      rect(left, top, cell * shown.length, cell * shown.length, { fill: 'none', stroke: theme.soft }),
      ...shadeMarks(most, scale, left, bottom + 20, Math.min(260, cell * shown.length), theme),
      text(left + Math.min(260, cell * shown.length) + 12, bottom + 30, 'of the given class; agreeing pixels in grey', {
        fill: theme.soft,
        'font-size': 11,
      }),
    ],
  };
}

function nameMarks(
  name: string,
  i: number,
  cell: number,
  left: number,
  top: number,
  size: number,
  theme: PlotTheme,
): Mark[] {
  const middle = (i + 0.5) * cell;
  const [x, y] = [short(left + middle + size / 3), short(top - 6)];
  return [
    text(left - 6, top + middle + size / 3, name, { fill: theme.ink, 'font-size': size, 'text-anchor': 'end' }),
    text(0, 0, name, { fill: theme.ink, 'font-size': size, transform: `translate(${x} ${y}) rotate(-52)` }),
  ];
}

function figureCells(
  shown: readonly number[],
  names: readonly string[],
  counts: Counts,
  shares: Counts,
  cell: number,
  color: (row: number, column: number) => string,
): Mark[] {
  return shown.flatMap((given, row) =>
    shown.flatMap((proposed, column): Mark[] => {
      const [share, fill] = [shares[given][proposed], color(row, column)];
      const title = `${names[given]} → ${names[proposed]}: ${counts[given][proposed].toLocaleString('en')} pixels, ${cellText(share) || '0'}%`;
      const ground = { ...rect(column * cell, row * cell, cell - 1, cell - 1, { fill }), title };
      const figure = cell < 26 ? '' : cellText(share);
      if (!figure) return [ground];
      const at = { fill: inkOn(fill), 'font-size': Math.min(11, cell * 0.3), 'text-anchor': 'middle' };
      return [ground, text((column + 0.5) * cell, (row + 0.5) * cell + 3.5, figure, at)];
    }),
  );
}

/** Percent, as short as a cell: `12`, `3.1`, `0.2`; empty below a twentieth of a percent. */
export function cellText(share: number): string {
  const value = share * 100;
  if (value < 0.05) return '';
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

/** Hundreds of classes: tens of thousands of cells would make a file that no program opens gladly. */
function shadedPaths(n: number, cell: number, deep: (row: number, column: number) => number, theme: PlotTheme): Mark[] {
  const byColor = new Map<string, string[]>();
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const shade = Math.ceil(deep(row, column) * SHADES) / SHADES;
      if (shade === 0) continue;
      const fill = cellColor(shade, row === column, theme);
      const parts = byColor.get(fill) ?? [];
      byColor.set(fill, parts);
      parts.push(`M${short(column * cell)} ${short(row * cell)}h${short(cell)}v${short(cell)}h${short(-cell)}z`);
    }
  const paths = [...byColor].map(([fill, parts]) => path(parts.join(''), { fill }));
  return [rect(0, 0, n * cell, n * cell, { fill: rampColor(theme.ramp, 0) }), ...paths];
}

/** What the shades mean, by itself. */
export function drawShades(counts: Counts, scale: ShadeScale, width: number, theme: PlotTheme): Drawing {
  const most = largestConfusion(rowShares(counts));
  const marks = shadeMarks(most, scale, 14, 0, width - 28, theme);
  return { width, height: BAR + 18, label: 'What the shades mean', ground: theme.ground, marks };
}

function shadeMarks(
  most: number,
  scale: ShadeScale,
  left: number,
  top: number,
  wide: number,
  theme: PlotTheme,
): Mark[] {
  if (most <= 0) return [];
  const shades = Array.from({ length: SHADES }, (_, i) =>
    rect(left + (i * wide) / SHADES, top, wide / SHADES + 0.5, BAR, {
      fill: rampColor(theme.ramp, (i + 0.5) / SHADES),
    }),
  );
  const values = scale === 'log' ? logTicks([LEAST_SHARE, most], 5) : ticks([0, most], wide / 60);
  const labels =
    scale === 'log' ? values.map((value) => `${Number((value * 100).toPrecision(3))}%`) : percentTicks(values);
  const places = values.map((value) => left + depth(value, most, scale) * wide);
  const at = { fill: theme.soft, 'font-size': 11, 'text-anchor': 'middle' };
  return [...shades, ...places.map((x, i) => text(x, top + BAR + 13, labels[i], at))];
}

/** Pixels by given class (rows) and proposed class (columns). */
export function matrixTable({ names, shown, counts }: Matrix): Cell[][] {
  return [
    ['given \\ proposed', ...shown.map((k) => names[k])],
    ...shown.map((given): Cell[] => [names[given], ...shown.map((proposed) => counts[given][proposed])]),
  ];
}
