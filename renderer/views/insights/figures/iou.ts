import type { Figure } from '../../../plots/figure.ts';
import { drawRows, rowsTable, type RowPanel, type Rows } from '../../../plots/rows.ts';
import { inOrder, lack, rowName, type Measured, type Order } from './order.ts';

/** IoU and boundary IoU of every class, and their means. */
export function iouFigure(measured: Measured, order: Order): Figure {
  const { insights, classes } = measured;
  const rows = inOrder(measured, order, ({ iou }) => lack(iou));
  const panel: RowPanel = {
    title: 'intersection over union',
    domain: [0, 1],
    unit: 'plain',
    as: 'bars',
    series: [
      { name: 'IoU', tone: 'first' },
      { name: 'boundary IoU', tone: 'second' },
    ],
    values: rows.map(({ iou, boundaryIou }) => [iou, boundaryIou]),
    say: (value) => value.toFixed(3),
    reference: insights.miou === null ? undefined : { value: insights.miou, name: `mIoU ${insights.miou.toFixed(3)}` },
  };
  const label = `IoU and boundary IoU of ${rows.length} classes, given labels against proposals`;
  const all: Rows = { label, names: rows.map((row) => rowName(classes, row.class)), panels: [panel] };
  return {
    name: 'iou-by-class',
    title: 'IoU by class',
    draw: (width, theme) => drawRows(all, width, theme),
    table: () => [...rowsTable(all, 'class'), ['mean', insights.miou, insights.boundaryMiou]],
  };
}
