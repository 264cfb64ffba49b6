import { BINS, type Reliability } from '../../common/calibration.ts';
import {
  across,
  AXIS_HEIGHT,
  baseline,
  legend,
  TITLE_HEIGHT,
  upward,
  xAxis,
  yAxis,
  type Box,
  type Key,
} from './axis.ts';
import { linear, logarithmic, percentTicks, plainTicks } from './scale.ts';
import { line, rect, text, type Drawing, type Mark } from './svg.ts';
import type { PlotTheme } from './theme.ts';

export interface ReliabilityPanel {
  title: string;
  diagram: Reliability;
}

const LEFT = 48;
const TOP = 64;
const BETWEEN = 40;
/** the histogram below a diagram */
const STRIP = 56;
const STRIP_GAP = 14;
/** Least share of pixels that is drawn in the histogram. */
const LEAST = 1e-5;

/** Diagrams side by side: bars with a line at the accuracy, the gap to the confidence, and how many pixels that is about. */
export function drawReliability(
  label: string,
  panels: readonly ReliabilityPanel[],
  width: number,
  theme: PlotTheme,
): Drawing {
  const side = Math.min(340, (width - LEFT * panels.length - BETWEEN * (panels.length - 1) - 12) / panels.length);
  const keys: Key[] = [
    { name: 'accuracy', color: theme.ink, as: 'line' },
    { name: 'gap to the confidence', color: theme.second, as: 'area' },
    { name: 'perfectly calibrated', color: theme.ink, as: 'line', dash: '4 3' },
  ];
  const bottom = TOP + side + STRIP_GAP + STRIP;
  return {
    width,
    height: bottom + AXIS_HEIGHT + TITLE_HEIGHT,
    label,
    ground: theme.ground,
    marks: [
      ...legend(keys, LEFT, 10, theme),
      ...panels.flatMap((panel, i) => {
        const left = LEFT + i * (side + LEFT + BETWEEN);
        return panelMarks(panel, { left, top: TOP, right: left + side, bottom: TOP + side }, i === 0, theme);
      }),
    ],
  };
}

function panelMarks({ title, diagram }: ReliabilityPanel, box: Box, first: boolean, theme: PlotTheme): Mark[] {
  const [placeX, placeY] = [linear([0, 1], across(box)), linear([0, 1], upward(box))];
  const values = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const wide = (box.right - box.left) / BINS;
  const bars = diagram.pixels.flatMap((pixels, bin) => {
    if (!pixels) return [];
    const [accuracy, confidence] = [diagram.accuracy[bin], diagram.confidence[bin]];
    const [high, low] = [Math.max(accuracy, confidence), Math.min(accuracy, confidence)];
    const left = box.left + bin * wide + 0.75;
    const across = wide - 1.5;
    return [
      rect(left, placeY(low), across, box.bottom - placeY(low), { fill: theme.first }),
      {
        ...rect(left, placeY(high), across, placeY(low) - placeY(high), { fill: theme.second }),
        title: `confidence ${confidence.toFixed(3)}, accuracy ${accuracy.toFixed(3)}, ${pixels.toLocaleString('en')} pixels`,
      },
      // Over a gap or under it: this is where the accuracy is.
      line(left, placeY(accuracy), left + across, placeY(accuracy), { stroke: theme.ink, 'stroke-width': 2 }),
    ];
  });
  return [
    text(box.left, box.top - 28, title, { fill: theme.ink, 'font-weight': 600 }),
    ...yAxis({ title: first ? 'accuracy' : '', values, labels: plainTicks(values), place: placeY }, box, theme),
    ...values.map((value) => line(placeX(value), box.top, placeX(value), box.bottom, { stroke: theme.faint })),
    ...bars,
    line(placeX(0), placeY(0), placeX(1), placeY(1), {
      stroke: theme.ink,
      'stroke-dasharray': '4 3',
      'stroke-width': 1.5,
    }),
    text(box.right, box.top - 10, `ECE ${diagram.ece.toFixed(4)}`, { fill: theme.ink, 'text-anchor': 'end' }),
    baseline(box, theme),
    ...stripMarks(diagram, { ...box, top: box.bottom + STRIP_GAP, bottom: box.bottom + STRIP_GAP + STRIP }, theme),
  ];
}

function stripMarks({ pixels }: Reliability, box: Box, theme: PlotTheme): Mark[] {
  const all = pixels.reduce((a, b) => a + b, 0) || 1;
  const place = logarithmic([LEAST, 1], upward(box));
  const placeX = linear([0, 1], across(box));
  const wide = (box.right - box.left) / BINS;
  const values = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const shares = [1e-4, 1e-2, 1];
  return [
    ...yAxis({ title: '', values: shares, labels: ['0.01%', '1%', '100%'], place }, box, theme),
    ...pixels.map((count, bin) => ({
      ...rect(
        box.left + bin * wide + 0.75,
        place(count / all),
        wide - 1.5,
        count ? box.bottom - place(count / all) : 0,
        { fill: theme.third },
      ),
      title: `${percentTicks([count / all])[0]} of the pixels`,
    })),
    baseline(box, theme),
    ...xAxis(
      { title: 'confidence; below: share of pixels', values, labels: plainTicks(values), place: placeX },
      { ...box, top: box.bottom },
      theme,
    ),
  ];
}
