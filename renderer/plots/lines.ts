import { across, AXIS_HEIGHT, baseline, legend, TITLE_HEIGHT, upward, xAxis, yAxis, type Box } from './axis.ts';
import { linear, plainTicks, ticks, type Domain } from './scale.ts';
import { circle, line, linePath, path, text, type Drawing, type Mark } from './svg.ts';
import type { PlotTheme } from './theme.ts';
import { textWidth } from './words.ts';

export interface Line {
  name: string;
  tone: 'ink' | 'first' | 'second' | 'soft';
  /** `stroke-dasharray` */
  dash?: string;
  points: readonly (readonly [x: number, y: number] | null)[];
}

/** A place on a line that is worth naming. */
export interface Marker {
  x: number;
  y: number;
  text: string;
  /** where its name stands; names of places close by go to different sides */
  side?: 'above' | 'below';
}

export interface Lines {
  label: string;
  x: { title: string; domain: Domain };
  y: { title: string; domain: Domain };
  lines: readonly Line[];
  markers: readonly Marker[];
  /** a place across that is looked at; null: none */
  cursor: number | null;
}

const LEFT = 44;
const TOP = 58;

/** Lines over one axis; height is 0.52 of the width, at most 420 pixels. */
export function drawLines({ label, x, y, lines, markers, cursor }: Lines, width: number, theme: PlotTheme): Drawing {
  const box: Box = { left: LEFT, top: TOP, right: width - 12, bottom: TOP + Math.min(420, width * 0.52) };
  const [placeX, placeY] = [linear(x.domain, across(box)), linear(y.domain, upward(box))];
  const [xs, ys] = [ticks(x.domain, width / 90), ticks(y.domain, 5)];
  const drawn = lines.map(({ tone, dash, points }) =>
    path(linePath(points.map((point) => point && [placeX(point[0]), placeY(point[1])])), {
      fill: 'none',
      stroke: theme[tone],
      'stroke-width': 2,
      'stroke-linejoin': 'round',
      ...(dash ? { 'stroke-dasharray': dash } : {}),
    }),
  );
  const looked =
    cursor === null ? [] : [line(placeX(cursor), box.top, placeX(cursor), box.bottom, { stroke: theme.ink })];
  return {
    width,
    height: box.bottom + AXIS_HEIGHT + TITLE_HEIGHT,
    label,
    ground: theme.ground,
    marks: [
      ...legend(
        lines.map(({ name, tone, dash }) => ({ name, color: theme[tone], as: 'line', dash })),
        LEFT,
        10,
        theme,
      ),
      ...yAxis({ title: y.title, values: ys, labels: plainTicks(ys), place: placeY }, box, theme),
      ...xAxis({ title: x.title, values: xs, labels: plainTicks(xs), place: placeX }, box, theme),
      baseline(box, theme),
      ...looked,
      ...drawn,
      ...markers.flatMap((marker) => markerMarks(marker, placeX(marker.x), placeY(marker.y), box, theme)),
    ],
  };
}

/** A ring at the place and its name, on the side of it where there is room. */
function markerMarks({ text: name, side = 'above' }: Marker, x: number, y: number, box: Box, theme: PlotTheme): Mark[] {
  const below = side === 'below' && y + 24 < box.bottom;
  const after = x + 12 + textWidth(name, 11) < box.right;
  return [
    circle(x, y, 4.5, { fill: theme.ground, stroke: theme.ink, 'stroke-width': 2 }),
    text(after ? x + 10 : x - 10, below ? y + 20 : y - 9, name, {
      fill: theme.ink,
      'font-size': 11,
      'text-anchor': after ? 'start' : 'end',
      stroke: theme.ground,
      'stroke-width': 3,
      'paint-order': 'stroke',
    }),
  ];
}
