import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { sumOf, worthOf, type Labels, type ListedCase, type Worth } from './labels.ts';
import { confusionOf, difference, figureOf, type Figure, type Run } from './measured.ts';

const table = (head: string[], rows: (string | number)[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const percent = (value: number, digits = 1) => (value * 100).toFixed(digits);
const withSpread = ({ mean, spread }: Figure, sign = '') =>
  `${mean > 0 ? sign : ''}${percent(mean, 2)} ± ${percent(spread, 2)}`;

/** What is wrong in the labels of each arm, in percent of the pixels. */
export function labelTable(arms: readonly string[], labels: readonly Labels[]): string {
  const rows = labels.map(({ pixels, before, after, fixed, damaged, miou }, i) => [
    arms[i],
    percent(after / pixels, 3),
    percent(fixed / before),
    percent(damaged / (pixels - before), 3),
    percent(miou, 2),
  ]);
  const head = ['labels', 'wrong pixels %', 'of the wrong, fixed %', 'of the right, damaged %', 'mIoU of the masks'];
  return `${table(head, rows)}\n`;
}

/** Accepted cases by kind. */
export async function caseTable(dataset: Dataset, truthMasks: string, set: string, cases: readonly ListedCase[]) {
  const worth = await worthOf(dataset, truthMasks, set, cases);
  const kinds = [...Map.groupBy(worth, ([{ kind }]) => kind)].map(
    ([kind, parts]) => [kind, sumOf(parts.map(([, part]) => part))] as const,
  );
  const rowOf = (name: string, { cases: count, right, pixels, wrong, rightAfter }: Worth) => {
    const shares = [right / count, wrong / pixels, rightAfter / pixels].map((share) => percent(share));
    return [name, count, shares[0], pixels, shares[1], shares[2]];
  };
  const rows = [...kinds, ['all', sumOf(worth.values())] as const].map(([kind, sum]) => rowOf(kind, sum));
  const head = ['accepted', 'cases', 'right %', 'pixels', 'of them wrong before %', 'right after %'];
  return `${table(head, rows)}\n`;
}

/** mIoU by arm, over seeds, and what each gains on the first arm, seed by seed. `without`: arms not to be shown. */
export function effectTable(
  title: string,
  runs: ReadonlyMap<string, Run[]>,
  names: readonly string[],
  without: readonly string[],
): string {
  const figures = [...runs]
    .filter(([arm]) => !without.includes(arm))
    .map(([arm, trained]) => [arm, figureOf(trained.map((run) => confusionOf(run, names).miou() ?? NaN))] as const);
  const [, base] = figures[0];
  const rows = figures.map(([arm, figure], i) => {
    const gain = difference(figure, base);
    return [
      arm,
      withSpread(figure),
      i ? withSpread(gain, '+') : '',
      gain.values.map((one) => percent(one, 2)).join(', '),
    ];
  });
  const head = ['labels', 'mIoU', `against ${figures[0][0]}`, 'by seed'];
  return `mIoU over ${title} (${names.length})\n\n${table(head, rows)}\n`;
}
