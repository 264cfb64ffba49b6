import { percent } from '../../../format.ts';
import type { Figure } from '../../../plots/figure.ts';
import { drawRows, type Rows } from '../../../plots/rows.ts';
import { domainFor } from '../../../plots/scale.ts';
import { inOrder, nameOf, rowName, type Measured, type Order } from './order.ts';

/** Confident learning (Northcutt et al. 2021): the threshold of each class, and how many of its pixels another claims. */
export function learningFigure(measured: Measured, order: Order): Figure {
  const share = ({ suspects, givenPixels }: { suspects: number; givenPixels: number }) =>
    givenPixels ? suspects / givenPixels : null;
  const rows = inOrder(measured, order, share);
  const drawn: Rows = {
    label: 'Thresholds and suspects of confident learning by given class',
    names: rows.map((row) => rowName(measured.classes, row.class)),
    panels: [
      {
        title: 'threshold: mean p(given)',
        domain: [0, 1],
        unit: 'plain',
        as: 'dots',
        series: [{ name: 'threshold', tone: 'soft', size: 4 }],
        values: rows.map(({ threshold }) => [threshold]),
        say: (value) => value.toFixed(3),
      },
      {
        title: 'suspects: share of the given pixels',
        domain: domainFor(Math.max(0, ...rows.map((row) => share(row) ?? 0)), 4),
        unit: 'share',
        as: 'bars',
        series: [{ name: 'suspects', tone: 'first' }],
        values: rows.map((row) => [share(row)]),
        say: percent,
      },
    ],
  };
  return {
    name: 'confident-learning',
    title: 'Confident learning',
    draw: (width, theme) => drawRows(drawn, width, theme),
    table: () => [
      ['class', 'threshold', 'given pixels', 'suspects', 'share of suspects'],
      ...rows.map((row) => [
        nameOf(measured.classes, row.class),
        row.threshold,
        row.givenPixels,
        row.suspects,
        share(row),
      ]),
    ],
  };
}
