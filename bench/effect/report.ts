import type { Labels, pseudoOf } from './labels.ts';
import { confusionOf, difference, figureOf, type Figure, type Run } from './measured.ts';
import { sumOf, type ListedCase, type Worth } from './worth.ts';

const table = (head: string[], rows: (string | number)[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const percent = (value: number, digits = 1) => (value * 100).toFixed(digits);
const withSpread = ({ mean, spread, values }: Figure, sign = '') =>
  `${mean > 0 ? sign : ''}${percent(mean, 2)}${values.length > 1 ? ` ± ${percent(spread, 2)}` : ''}`;

/** What is wrong in the labels of each arm, in percent of the pixels. */
export function labelTable(arms: readonly string[], labels: readonly Labels[]): string {
  const rows = labels.map(({ pixels, before, after, left, fixed, damaged, miou }, i) => [
    arms[i],
    percent(after / (pixels - left), 3),
    percent(fixed / before),
    percent(damaged / (pixels - before), 3),
    percent(miou, 2),
  ]);
  const head = ['labels', 'wrong pixels %', 'of the wrong, fixed %', 'of the right, damaged %', 'mIoU of the masks'];
  return `${table(head, rows)}\n`;
}

/** Accepted cases by kind; `worth`: of the accepted. */
export function kindTable(worth: ReadonlyMap<ListedCase, Worth>): string {
  const kinds = [...Map.groupBy(worth, ([{ kind }]) => kind)].map(
    ([kind, parts]) => [kind, sumOf(parts.map(([, part]) => part))] as const,
  );
  const rows = [...kinds, ['all', sumOf(worth.values())] as const].map(([kind, sum]) => [kind, ...cellsOf(sum)]);
  return `${table(['accepted', ...WORTH], rows)}\n`;
}

/**
 * What accepting every case from a score up does to the labels, and what is left wrong if they become ignore instead.
 * `before`: pixels wrong as given.
 */
export function sweepTable(worth: ReadonlyMap<ListedCase, Worth>, before: number): string {
  const rows = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0].map((least) => {
    const sum = sumOf([...worth].filter(([{ score }]) => score >= least).map(([, part]) => part));
    const left = [before - sum.fixed + sum.damaged, before - sum.met];
    return [least, ...cellsOf(sum), ...left.map((wrong) => percent(wrong / before))];
  });
  return `${table(['score from', ...WORTH, 'wrong pixels left %', 'ignoring instead %'], rows)}\n`;
}

const WORTH = ['cases', 'right %', 'pixels', 'of them wrong before %', 'fixed', 'damaged'];
const cellsOf = ({ cases, right, pixels, wrong, fixed, damaged }: Worth) => [
  cases,
  percent(right / cases),
  pixels,
  percent(wrong / pixels),
  fixed,
  damaged,
];

/** What pseudo-labels keep and how right it is. */
export function pseudoLine({ pictures, pixels, kept, right }: Awaited<ReturnType<typeof pseudoOf>>): string {
  return `pseudo-labels: ${pictures} pictures, ${percent(kept / pixels)} % of the pixels, ${percent(right / kept)} % of them right\n`;
}

/** mIoU over `names` by arm, over seeds, and what each gains on the first arm, seed by seed. */
export function effectTable(title: string, runs: ReadonlyMap<string, Run[]>, names: readonly string[]): string {
  const miou = (run: Run) => confusionOf(run, names).miou() ?? NaN;
  const figures = [...runs].map(([arm, trained]) => [arm, figureOf(trained.map(miou))] as const);
  const [, base] = figures[0];
  const rows = figures.map(([arm, figure], i) => {
    const gain = difference(figure, base);
    return [
      arm,
      withSpread(figure),
      i ? withSpread(gain, '+') : '',
      i ? gain.values.map((one) => percent(one, 2)).join(', ') : '',
    ];
  });
  const head = ['labels', 'mIoU', `against ${figures[0][0]}`, 'by seed'];
  return `mIoU over ${title} (${names.length})\n\n${table(head, rows)}\n`;
}

/** IoU by class in percent, mean over seeds, and of the other arms what it gains on the first. */
export function classTable(
  runs: ReadonlyMap<string, Run[]>,
  names: readonly string[],
  classes: readonly string[],
): string {
  const mean = (trained: Run[], k: number) =>
    figureOf(trained.map((run) => confusionOf(run, names).iou()[k] ?? NaN)).mean;
  const [[, base]] = runs;
  const rows = [...runs].map(([arm, trained], i) => [
    i ? `${arm} less ${[...runs.keys()][0]}` : arm,
    ...classes.map((_, k) => percent(mean(trained, k) - (i ? mean(base, k) : 0))),
  ]);
  return `${table(['IoU', ...classes], rows)}\n`;
}
