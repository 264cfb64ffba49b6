import type { Insights } from '../../../../common/insights.ts';
import { drawBins, type Bins } from '../../../plots/bins.ts';
import type { Figure } from '../../../plots/figure.ts';
import { nameOf, type Measured } from './order.ts';

export interface ConfidenceBins {
  agreeing: number[];
  differing: number[];
}

/** Pixels by confidence, of what is proposed as one class; null: as any. */
export function confidenceOf({ classes }: Insights, index: number | null): ConfidenceBins {
  const chosen = classes.filter((one) => index === null || one.class === index);
  return {
    agreeing: sum(chosen.map(({ agreeing }) => agreeing)),
    differing: sum(chosen.map(({ differing }) => differing)),
  };
}

/** Two histograms: either each as shares of its own pixels, or pixels on a logarithmic scale. */
export function confidenceFigure(
  { insights, classes }: Measured,
  index: number | null,
  scale: 'share' | 'log',
): Figure {
  const { agreeing, differing } = confidenceOf(insights, index);
  const what = index === null ? 'all classes' : nameOf(classes, index);
  const heights = (bins: number[]) => (scale === 'log' ? bins : shares(bins));
  const drawn: Bins = {
    label: `Confidence of pixels proposed as ${what}: those whose label agrees and those whose label differs`,
    x: 'confidence of the proposal',
    y: scale === 'log' ? 'pixels in a bin' : 'share of the pixels of its group in a bin',
    unit: scale === 'log' ? 'count' : 'share',
    scale: scale === 'log' ? 'log' : 'linear',
    series: [
      { name: 'label agrees', tone: 'first', bins: heights(agreeing) },
      { name: 'label differs', tone: 'second', bins: heights(differing) },
    ],
  };
  return {
    name: index === null ? 'confidence' : `confidence-${nameOf(classes, index)}`,
    title: `Confidence, ${what}`,
    draw: (width, theme) => drawBins(drawn, width, theme),
    table: () => [
      ['confidence from', 'to', 'pixels whose label agrees', 'pixels whose label differs'],
      ...agreeing.map((pixels, bin) => [bin / agreeing.length, (bin + 1) / agreeing.length, pixels, differing[bin]]),
    ],
  };
}

/** The confidence that half of the pixels lie below, to the middle of its bin; null: there are none. */
export function median(bins: readonly number[]): number | null {
  const all = total(bins);
  let below = 0;
  const at = bins.findIndex((pixels) => (below += pixels) * 2 >= all);
  return all ? (at + 0.5) / bins.length : null;
}

export const total = (bins: readonly number[]): number => bins.reduce((a, b) => a + b, 0);

const shares = (bins: number[]) => bins.map((pixels) => pixels / (total(bins) || 1));

const sum = (all: readonly number[][]): number[] =>
  all.reduce((so, bins) => bins.map((pixels, i) => pixels + (so[i] ?? 0)), [] as number[]);
