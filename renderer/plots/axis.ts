import type { Domain } from './scale.ts';
import { line, rect, text, type Mark } from './svg.ts';
import type { PlotTheme } from './theme.ts';
import { textWidth } from './words.ts';

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Axis {
  title: string;
  values: readonly number[];
  labels: readonly string[];
  /** from values to pixels */
  place: (value: number) => number;
}

/** Pixels below a plot for the labels of its ticks and, where it has one, its title. */
export const AXIS_HEIGHT = 20;
export const TITLE_HEIGHT = 18;

/** Lines up through the box, figures below it, the title in the middle under them. */
export function xAxis(
  { title, values, labels, place }: Axis,
  { left, top, right, bottom }: Box,
  theme: PlotTheme,
): Mark[] {
  return [
    ...values.map((value) => line(place(value), top, place(value), bottom, { stroke: theme.faint })),
    ...values.map((value, i) =>
      text(place(value), bottom + 15, labels[i], { fill: theme.soft, 'font-size': 11, 'text-anchor': 'middle' }),
    ),
    ...(title
      ? [
          text((left + right) / 2, bottom + AXIS_HEIGHT + 13, title, {
            fill: theme.soft,
            'font-size': 11,
            'text-anchor': 'middle',
          }),
        ]
      : []),
  ];
}

/** Lines across the box, figures left of it, the title above the figures, to be read without turning the head. */
export function yAxis({ title, values, labels, place }: Axis, { left, top, right }: Box, theme: PlotTheme): Mark[] {
  return [
    ...values.map((value) => line(left, place(value), right, place(value), { stroke: theme.faint })),
    ...values.map((value, i) =>
      text(left - 8, place(value) + 4, labels[i], { fill: theme.soft, 'font-size': 11, 'text-anchor': 'end' }),
    ),
    ...(title ? [text(left, top - 10, title, { fill: theme.soft, 'font-size': 11 })] : []),
  ];
}

/** A straight line under what is drawn. */
export const baseline = ({ left, right, bottom }: Box, theme: PlotTheme): Mark =>
  line(left, bottom, right, bottom, { stroke: theme.soft });

export interface Key {
  name: string;
  color: string;
  /** as in the plot: an area, a line (with its dashes) or a dot (with its radius) */
  as: 'area' | 'line' | 'dot';
  dash?: string;
  size?: number;
}

/** What the colours mean, in one line from `x`; `y` is the middle of the line. */
export function legend(keys: readonly Key[], x: number, y: number, theme: PlotTheme): Mark[] {
  let at = x;
  return keys.flatMap((key) => {
    const marks = [sample(key, at, y), text(at + 20, y + 4, key.name, { fill: theme.ink, 'font-size': 11 })];
    at += 20 + textWidth(key.name, 11) + 14;
    return marks;
  });
}

function sample({ color, as, dash, size = 4 }: Key, x: number, y: number): Mark {
  if (as === 'area') return rect(x, y - 5, 14, 10, { fill: color, rx: 1.5 });
  if (as === 'dot') return { tag: 'circle', at: { cx: x + 7, cy: y, r: size, fill: color } };
  return line(x, y, x + 15, y, { stroke: color, 'stroke-width': 2, ...(dash ? { 'stroke-dasharray': dash } : {}) });
}

/** The range across a box and the one up it. */
export const across = ({ left, right }: Box): Domain => [left, right];
export const upward = ({ top, bottom }: Box): Domain => [bottom, top];
