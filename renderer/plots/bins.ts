import { across, AXIS_HEIGHT, baseline, legend, TITLE_HEIGHT, upward, xAxis, yAxis, type Box } from './axis.ts';
import { domainFor, linear, logarithmic, logTicks, percentTicks, plainTicks, ticks, type Domain } from './scale.ts';
import { path, short, type Drawing, type Mark } from './svg.ts';
import type { PlotTheme } from './theme.ts';

export interface BinSeries {
  name: string;
  tone: 'first' | 'second';
  /** heights; bins of equal width over 0..1 */
  bins: readonly number[];
}

export interface Bins {
  label: string;
  x: string;
  y: string;
  unit: 'share' | 'count';
  scale: 'linear' | 'log';
  series: readonly BinSeries[];
}

const LEFT = 56;
const TOP = 58;

/** Histograms over each other, as outlines with a tint below: where they overlap both can be followed. */
export function drawBins({ label, x, y, unit, scale, series }: Bins, width: number, theme: PlotTheme): Drawing {
  const box: Box = { left: LEFT, top: TOP, right: width - 12, bottom: TOP + Math.min(380, width * 0.46) };
  const domain = yDomain(series, scale);
  const placeX = linear([0, 1], across(box));
  const placeY = (scale === 'log' ? logarithmic : linear)(domain, upward(box));
  const ys = scale === 'log' ? logTicks(domain) : ticks(domain, 5);
  const xs = ticks([0, 1], width / 90);
  return {
    width,
    height: box.bottom + AXIS_HEIGHT + TITLE_HEIGHT,
    label,
    ground: theme.ground,
    marks: [
      ...legend(
        series.map(({ name, tone }) => ({ name, color: theme[tone], as: 'area' })),
        LEFT,
        10,
        theme,
      ),
      ...yAxis({ title: y, values: ys, labels: yLabels(ys, unit, scale), place: placeY }, box, theme),
      ...xAxis({ title: x, values: xs, labels: plainTicks(xs), place: placeX }, box, theme),
      ...series.flatMap((one) => steps(one, placeX, placeY, box.bottom, theme)),
      baseline(box, theme),
    ],
  };
}

/** Log scales begin at the power of ten below the least that is there, at most six below the most. */
function yDomain(series: readonly BinSeries[], scale: 'linear' | 'log'): Domain {
  const heights = series.flatMap(({ bins }) => bins).filter((height) => height > 0);
  const most = Math.max(...heights, 0);
  if (scale === 'linear' || most === 0) return domainFor(most, 5);
  const top = Math.ceil(Math.log10(most) - 1e-9);
  const least = Math.floor(Math.log10(Math.min(...heights)));
  return [10 ** Math.min(top - 1, Math.max(least, top - 6)), 10 ** top];
}

function yLabels(values: readonly number[], unit: 'share' | 'count', scale: 'linear' | 'log'): string[] {
  if (unit === 'count') return values.map(compact);
  return scale === 'log' ? values.map((value) => `${short6(value * 100)}%`) : percentTicks(values);
}

const short6 = (value: number) => String(Number(value.toPrecision(6)));
const figures = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const compact = (value: number) => figures.format(value);

function steps(
  { tone, bins }: BinSeries,
  placeX: (x: number) => number,
  placeY: (y: number) => number,
  floor: number,
  theme: PlotTheme,
): Mark[] {
  const tops = bins.map((height) => (height > 0 ? Math.min(floor, placeY(height)) : floor));
  const outline = tops
    .map(
      (y, i) => `${i ? 'L' : 'M'}${short(placeX(i / bins.length))} ${short(y)}H${short(placeX((i + 1) / bins.length))}`,
    )
    .join('');
  const closed = `${outline}V${short(floor)}H${short(placeX(0))}z`;
  return [
    path(closed, { fill: theme[tone], 'fill-opacity': 0.22 }),
    path(outline, { fill: 'none', stroke: theme[tone], 'stroke-width': 1.75, 'stroke-linejoin': 'round' }),
  ];
}
