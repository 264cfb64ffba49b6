import type { FolderInsight, Insights } from '../../../../common/insights.ts';
import { percent } from '../../../format.ts';
import type { Figure } from '../../../plots/figure.ts';
import { drawRows, rowsTable, type RowPanel, type Rows } from '../../../plots/rows.ts';
import { domainFor } from '../../../plots/scale.ts';
import { inOrder, rowName, type Measured, type Order } from './order.ts';

/** The dataset as a whole; undefined where it was not measured. */
export const wholeOf = ({ folders }: Insights): FolderInsight | undefined =>
  folders.find(({ folder }) => folder === '');

/** Expected share of wrong labels among the pixels given as each class. */
export function classNoiseFigure(measured: Measured, order: Order): Figure {
  const rows = inOrder(measured, order, ({ noise }) => noise);
  const panel = noisePanel(
    rows.map(({ noise }) => noise),
    measured.insights,
  );
  const names = rows.map((row) => rowName(measured.classes, row.class));
  const drawn: Rows = { label: 'Expected share of wrong labels by given class', names, panels: [panel] };
  return {
    name: 'noise-by-class',
    title: 'Noise by class',
    draw: (width, theme) => drawRows(drawn, width, theme),
    table: () => rowsTable(drawn, 'class'),
  };
}

/** Expected share of wrong labels below each folder, the noisiest first or by name. */
export function folderNoiseFigure({ insights }: Measured, order: Order): Figure {
  const below = insights.folders.filter(({ folder }) => folder !== '');
  const rows = below.toSorted((a, b) =>
    order === 'worst' ? b.noise - a.noise : a.folder.localeCompare(b.folder, 'en', { numeric: true }),
  );
  const panel = noisePanel(
    rows.map(({ noise }) => noise),
    insights,
  );
  const names = rows.map(({ folder }) => ({ text: folder, color: null }));
  const drawn: Rows = { label: 'Expected share of wrong labels by folder', names, panels: [panel] };
  return {
    name: 'noise-by-folder',
    title: 'Noise by folder',
    draw: (width, theme) => drawRows(drawn, width, theme),
    table: () => [
      ['folder', 'pictures', 'cases', 'expected errors', 'expected share of wrong labels'],
      ...insights.folders.map(({ folder, samples, cases, expected, noise }) => [
        folder,
        samples,
        cases,
        expected,
        noise,
      ]),
    ],
  };
}

function noisePanel(values: readonly (number | null)[], insights: Insights): RowPanel {
  const whole = wholeOf(insights);
  return {
    title: 'expected share of wrongly labelled pixels',
    domain: domainFor(Math.max(...values.map((value) => value ?? 0), whole?.noise ?? 0), 5),
    unit: 'share',
    as: 'bars',
    series: [{ name: 'expected share of wrong labels', tone: 'first' }],
    values: values.map((value) => [value]),
    say: percent,
    reference: whole && { value: whole.noise, name: `all ${percent(whole.noise)}` },
  };
}
