import { OBJECT_SIZES, type ObjectSize, type Recall } from '../../../../common/insights.ts';
import type { Cell } from '../../../plots/csv.ts';
import type { Figure } from '../../../plots/figure.ts';
import { drawRows, type RowName, type RowPanel, type Rows } from '../../../plots/rows.ts';
import { percent } from '../../../format.ts';
import { inOrder, lack, nameOf, rowName, type Measured, type Order } from './order.ts';

export const SIZE_WORDS: Record<ObjectSize, string> = {
  small: 'small, under 32² px',
  medium: 'medium, to 96² px',
  large: 'large, over 96² px',
};

/** Recall of objects by size: all classes together, then each. */
export function recallFigure(measured: Measured, order: Order): Figure {
  const { insights, classes } = measured;
  const rows = inOrder(measured, order, ({ recall }) => lack(recallOf(recall)));
  const total = insights.classes.flatMap(({ recall }) => recall);
  const shares = (recall: readonly Recall[]) =>
    OBJECT_SIZES.map((size) => recallOf(recall.filter((one) => one.size === size)));
  const panel: RowPanel = {
    title: 'objects of which the proposal covers at least half',
    domain: [0, 1],
    unit: 'share',
    as: 'dots',
    series: [
      { name: SIZE_WORDS.small, tone: 'second', size: 3 },
      { name: SIZE_WORDS.medium, tone: 'soft', size: 4.5 },
      { name: SIZE_WORDS.large, tone: 'first', size: 6.5 },
    ],
    values: [shares(total), ...rows.map(({ recall }) => shares(recall))],
    say: percent,
  };
  const all: RowName = { text: 'all classes', color: null, total: true };
  const names = [all, ...rows.map((row) => rowName(classes, row.class))];
  const drawn: Rows = { label: 'Recall of objects by size and class', names, panels: [panel] };
  return {
    name: 'recall-by-object-size',
    title: 'Recall by object size',
    draw: (width, theme) => drawRows(drawn, width, theme),
    table: () => [
      ['class', 'size', 'objects', 'found', 'recall'],
      ...rows.flatMap((row) =>
        row.recall.map(({ size, objects, found }): Cell[] => [
          nameOf(classes, row.class),
          size,
          objects,
          found,
          objects ? found / objects : null,
        ]),
      ),
    ],
  };
}

/** Share of the objects that is found, 0..1; null: there are none. */
export function recallOf(recall: readonly Recall[]): number | null {
  const objects = recall.reduce((sum, one) => sum + one.objects, 0);
  return objects ? recall.reduce((sum, one) => sum + one.found, 0) / objects : null;
}
