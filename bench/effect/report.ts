import { percent, table } from './cells.ts';
import { confusionOf, difference, figureOf, type Figure, type Run } from './measured.ts';

const withSpread = ({ mean, spread, values }: Figure, sign = '', digits = 2) =>
  `${mean > 0 ? sign : ''}${percent(mean, digits)}${values.length > 1 ? ` ± ${percent(spread, digits)}` : ''}`;

/**
 * Mean IoU over `names` by arm, over seeds; what each gains on the first arm, seed by seed; and what share that is of what
 * the true masks gain. `only`: class indexes that take part; all, where it is left out.
 */
export function effectTable(
  title: string,
  runs: ReadonlyMap<string, Run[]>,
  names: readonly string[],
  only?: readonly number[],
): string {
  const measure = (run: Run) => {
    const confusion = confusionOf(run, names);
    const ious = confusion.iou();
    return only ? only.reduce((sum, k) => sum + (ious[k] ?? NaN), 0) / only.length : (confusion.miou() ?? NaN);
  };
  const figures = [...runs].map(([arm, trained]) => [arm, figureOf(trained.map(measure))] as const);
  const [[first, base]] = figures;
  const best = figures.find(([arm]) => arm === 'true')?.[1];
  const rows = figures.map(([arm, figure], i) => {
    const gain = difference(figure, base);
    const cells = [withSpread(gain, '+'), gain.values.map((one) => percent(one, 2)).join(', ')];
    const share = best ? percent(gain.mean / difference(best, base).mean, 0) : '';
    return [arm, withSpread(figure), ...(i ? cells : ['', '']), ...(best ? [i ? share : ''] : [])];
  });
  const head = ['labels', 'mIoU', `against ${first}`, 'by seed', ...(best ? ['of what true gains %'] : [])];
  return `mIoU over ${title} (${names.length})\n\n${table(head, rows)}\n`;
}

/** IoU by class in percent over seeds, and of the other arms what it gains on the first, seed by seed. */
export function classTable(
  runs: ReadonlyMap<string, Run[]>,
  names: readonly string[],
  classes: readonly string[],
): string {
  const figure = (trained: Run[], k: number) => figureOf(trained.map((run) => confusionOf(run, names).iou()[k] ?? NaN));
  const [[first, base]] = runs;
  const rows = [...runs].map(([arm, trained], i) => [
    i ? `${arm} less ${first}` : arm,
    ...classes.map((_, k) => {
      const own = figure(trained, k);
      return withSpread(i ? difference(own, figure(base, k)) : own, '', 1);
    }),
  ]);
  return `${table(['IoU', ...classes], rows)}\n`;
}
