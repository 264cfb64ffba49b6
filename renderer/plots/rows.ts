import type { Cell } from './csv.ts';
import { AXIS_HEIGHT, legend, TITLE_HEIGHT, xAxis, type Box, type Key } from './axis.ts';
import { linear, percentTicks, plainTicks, ticks, type Domain } from './scale.ts';
import { circle, line, rect, text, type Drawing, type Mark } from './svg.ts';
import type { PlotTheme } from './theme.ts';
import { fitText, textWidth } from './words.ts';

export type Tone = 'first' | 'second' | 'third' | 'soft';

export interface RowSeries {
  name: string;
  tone: Tone;
  /** radius of a dot, pixels */
  size?: number;
}

/** One scale over all rows. */
export interface RowPanel {
  /** with its unit */
  title: string;
  domain: Domain;
  unit: 'share' | 'plain';
  as: 'bars' | 'dots';
  series: readonly RowSeries[];
  /** [row][series]; null: there is none */
  values: readonly (readonly (number | null)[])[];
  /** how sure the first series is, drawn through its bars: [row] low and high; null: nothing is known */
  spans?: readonly (readonly [low: number, high: number] | null)[];
  /** how a value is written beside its row */
  say: (value: number) => string;
  /** a line through all rows */
  reference?: { value: number; name: string };
}

export interface RowName {
  text: string;
  /** `#rrggbb`; null: no class */
  color: string | null;
  /** handed back when the row is clicked */
  pick?: string;
  /** it sums up the others; such rows come first */
  total?: boolean;
}

export interface Rows {
  label: string;
  names: readonly RowName[];
  panels: readonly RowPanel[];
}

const ROW = 22;
/** a line above the rows: for the legend, for the name of a reference */
const LINE = 19;
/** more rows than are seen at once: the scale is written above them too */
const LONG = 24;
const GAP = 28;
const VALUE_SIZE = 11.5;
const NOTE = { 'font-size': 11, 'text-anchor': 'middle' };

/** Names down the left, one scale or several beside them, every value written out. */
export function drawRows({ label, names, panels }: Rows, width: number, theme: PlotTheme): Drawing {
  const named = Math.min(width * 0.28, 20 + Math.max(0, ...names.map(({ text }) => textWidth(text, 12))));
  const lines = [panels.some(hasLegend), panels.some(({ reference }) => reference), names.length > LONG];
  const above = lines.filter(Boolean).length;
  const totals = names.filter(({ total }) => total).length;
  const top = 2 + above * LINE;
  const bottom = top + names.length * ROW;
  const wide = (width - named - 12 - GAP * (panels.length - 1)) / panels.length;
  const marks = panels.flatMap((panel, i) => {
    const left = named + 12 + i * (wide + GAP);
    return panelMarks(panel, names, { left, top, right: left + wide, bottom }, theme);
  });
  return {
    width,
    height: bottom + AXIS_HEIGHT + TITLE_HEIGHT,
    label,
    ground: theme.ground,
    marks: [
      ...names.flatMap((name, i) => nameMarks(name, top + i * ROW, named, theme)),
      ...(totals ? [line(0, top + totals * ROW, width, top + totals * ROW, { stroke: theme.faint })] : []),
      ...marks,
      ...picks(names, panels, top, width),
    ],
  };
}

/** One series is what the axis says. */
const hasLegend = ({ series }: RowPanel): boolean => series.length > 1;

function nameMarks({ text: name, color, total }: RowName, top: number, named: number, theme: PlotTheme): Mark[] {
  const fitted = fitText(name, named - 16, 12);
  return [
    ...(color ? [rect(0, top + 6, 10, 10, { fill: color, rx: 2, stroke: theme.soft, 'stroke-opacity': 0.4 })] : []),
    text(color ? 16 : 0, top + 15, fitted, { fill: theme.ink, ...(total ? { 'font-weight': 600 } : {}) }),
  ];
}

function panelMarks(panel: RowPanel, names: readonly RowName[], outer: Box, theme: PlotTheme): Mark[] {
  const column = Math.max(0, ...panel.values.flat().map((value) => textWidth(said(panel, value), VALUE_SIZE))) + 8;
  const box = { ...outer, right: outer.right - column * panel.series.length - 4 };
  const place = linear(panel.domain, [box.left, box.right]);
  const values = ticks(panel.domain, Math.max(2, (box.right - box.left) / 70));
  const labels = panel.unit === 'share' ? percentTicks(values) : plainTicks(values);
  const rows = names.flatMap((_, row) => {
    const top = box.top + row * ROW;
    const drawn = panel.as === 'bars' ? bars(panel, row, top, place, theme) : dots(panel, row, top, place, theme);
    return [
      ...drawn,
      ...span(panel, row, top, place, theme),
      ...figures(panel, row, top, box.right + 4, column, theme),
    ];
  });
  const keys = panel.series.map(({ name, tone, size }): Key => ({
    name,
    color: theme[tone],
    as: panel.as === 'bars' ? 'area' : 'dot',
    size,
  }));
  const long = names.length > LONG;
  return [
    ...xAxis({ title: panel.title, values, labels, place }, box, theme),
    ...(long
      ? values.map((value, i) => text(place(value), box.top - 6, labels[i], { ...NOTE, fill: theme.soft }))
      : []),
    line(box.left, box.top, box.left, box.bottom, { stroke: theme.soft }),
    ...(hasLegend(panel) ? legend(keys, box.left, 8, theme) : []),
    ...rows,
    ...(panel.reference
      ? referenceMarks(panel.reference, place, { ...box, top: box.top - (long ? LINE : 0) }, theme)
      : []),
  ];
}

function bars(
  { series, values }: RowPanel,
  row: number,
  top: number,
  place: (value: number) => number,
  theme: PlotTheme,
): Mark[] {
  const heights = barHeights(series.length);
  let y = firstBar(heights, top);
  return series.flatMap(({ tone }, i) => {
    const value = values[row][i];
    const mark = value === null ? [] : [rect(place(0), y, place(value) - place(0), heights[i], { fill: theme[tone] })];
    y += heights[i] + 1;
    return mark;
  });
}

/** Where the first bar begins, so that all of them stand in the middle of their row. */
const firstBar = (heights: readonly number[], top: number): number =>
  top + (ROW - heights.reduce((a, b) => a + b + 1, -1)) / 2;

/** A whisker through the first bar of the row. */
function span(
  { series, spans }: RowPanel,
  row: number,
  top: number,
  place: (value: number) => number,
  theme: PlotTheme,
): Mark[] {
  const known = spans?.[row];
  if (!known) return [];
  const [low, high] = known.map(place);
  const heights = barHeights(series.length);
  const y = firstBar(heights, top) + heights[0] / 2;
  const at = { stroke: theme.ink, 'stroke-width': 1 };
  return [line(low, y, high, y, at), line(low, y - 3, low, y + 3, at), line(high, y - 3, high, y + 3, at)];
}

/** The first is the figure itself; those beside it are thinner. */
const barHeights = (count: number) => (count === 1 ? [12] : Array.from({ length: count }, (_, i) => (i === 0 ? 8 : 4)));

function dots(
  { series, values }: RowPanel,
  row: number,
  top: number,
  place: (value: number) => number,
  theme: PlotTheme,
): Mark[] {
  const there = values[row].filter((value) => value !== null);
  if (!there.length) return [];
  const y = top + ROW / 2;
  return [
    line(place(Math.min(...there)), y, place(Math.max(...there)), y, { stroke: theme.third, 'stroke-width': 1.5 }),
    // The largest first, so that none hides a smaller one.
    ...series
      .map(({ tone, size = 4 }, i) => ({ value: values[row][i], tone, size }))
      .sort((a, b) => b.size - a.size)
      .flatMap(({ value, tone, size }) =>
        value === null
          ? []
          : [circle(place(value), y, size, { fill: theme[tone], stroke: theme.ground, 'stroke-width': 1 })],
      ),
  ];
}

function figures(panel: RowPanel, row: number, top: number, left: number, column: number, theme: PlotTheme): Mark[] {
  return panel.values[row].map((value, i) =>
    text(left + column * (i + 1), top + 15, said(panel, value), {
      fill: i === 0 ? theme.ink : theme.soft,
      'font-size': VALUE_SIZE,
      'text-anchor': 'end',
    }),
  );
}

function referenceMarks(
  { value, name }: { value: number; name: string },
  place: (value: number) => number,
  box: Box,
  theme: PlotTheme,
): Mark[] {
  const x = place(value);
  const across = textWidth(name, 11);
  const inside = Math.min(x - across / 2, box.right - across);
  return [
    line(x, box.top - 3, x, box.bottom, { stroke: theme.ink, 'stroke-dasharray': '3 3' }),
    text(Math.max(box.left, inside), box.top - 6, name, { fill: theme.ink, 'font-size': 11 }),
  ];
}

/** Over everything: what the pointer meets, with all that is said of the row. */
function picks(names: readonly RowName[], panels: readonly RowPanel[], top: number, width: number): Mark[] {
  return names.map(({ text: name, pick }, row) => {
    const parts = panels.flatMap((panel) =>
      panel.series.map((one, i) => `${one.name} ${said(panel, panel.values[row][i])}`),
    );
    const title = `${name}: ${parts.join(', ')}`;
    return { ...rect(0, top + row * ROW, width, ROW, { 'fill-opacity': 0, class: 'row' }), title, pick };
  });
}

const said = (panel: RowPanel, value: number | null): string => (value === null ? '–' : panel.say(value));

/** The figures of all panels, a row each. `first` names the column of names. */
export function rowsTable({ names, panels }: Rows, first: string): Cell[][] {
  const heads = panels.flatMap(({ series }) => series.map(({ name }) => name));
  return [
    [first, ...heads],
    ...names.map(({ text }, row): Cell[] => [text, ...panels.flatMap(({ values }) => values[row])]),
  ];
}
