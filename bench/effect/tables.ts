import { percent, table } from './cells.ts';
import type { Labels, pseudoOf } from './labels.ts';
import { sumOf, type ListedCase, type Worth } from './worth.ts';

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

/** Of the pixels of each class: how many are labelled wrongly; left out in the set are neither right nor wrong. */
export function wrongTable(arms: readonly string[], labels: readonly Labels[], classes: readonly string[]): string {
  const rows = labels.map(({ byClass }, i) => [
    arms[i],
    ...byClass.map(({ pixels, after, left }) => percent(after / (pixels - left))),
  ]);
  return `${table(['wrong pixels %', ...classes], rows)}\n`;
}

/** How right the queue is as far as somebody looks. */
export function queueTable(worth: ReadonlyMap<ListedCase, Worth>): string {
  const inOrder = [...worth].sort(([a], [b]) => b.score - a.score);
  const rows = [100, 200, 300, 500, 1000, 2000, 3000].map((count) => {
    const first = inOrder.slice(0, count);
    return [
      first.length,
      first.at(-1)?.[0].score.toFixed(3) ?? '',
      ...cellsOf(sumOf(first.map(([, part]) => part))).slice(1),
    ];
  });
  return `${table(['first cases', 'score of the last', ...WORTH.slice(1)], rows)}\n`;
}

/** How many cases are right among the first ones of each order; `orders`: right or not, first case first. */
export function courseTable(orders: Readonly<Record<string, readonly boolean[]>>): string {
  const counts = [50, 100, 200, 300, 400, 500, 1000];
  const rows = Object.entries(orders).map(([name, right]) => [
    name,
    ...counts.map((count) => (count > right.length ? '' : right.slice(0, count).filter(Boolean).length)),
  ]);
  return `${table(['right among the first', ...counts.map(String)], rows)}\n`;
}

/** The pairs of given and proposed class whose cases could make most pixels right, with their median score. */
export function pairTable(worth: ReadonlyMap<ListedCase, Worth>, classes: readonly string[]): string {
  const pairs = [...Map.groupBy(worth, ([{ given, proposed }]) => `${classes[given]} → ${classes[proposed]}`)];
  const rows = pairs
    .map(([name, parts]) => ({ name, parts, sum: sumOf(parts.map(([, part]) => part)) }))
    .sort((a, b) => b.sum.fixed - a.sum.fixed)
    .slice(0, 10)
    .map(({ name, parts, sum }) => {
      const scores = parts.map(([{ score }]) => score).sort((a, b) => a - b);
      return [name, scores[scores.length >> 1].toFixed(3), ...cellsOf(sum)];
    });
  return `${table(['given → proposed', 'median score', ...WORTH], rows)}\n`;
}

/** All cases by whether the class they propose is labelled anywhere on their picture: habits forget whole classes. */
export function absentTable(worth: ReadonlyMap<ListedCase, Worth>): string {
  const parts = [...worth.values()];
  const rows = [
    ['nowhere on the picture', parts.filter(({ absent }) => absent)],
    ['somewhere on it', parts.filter(({ absent }) => !absent)],
  ] as const;
  return `${table(
    ['proposed class labelled', ...WORTH],
    rows.map(([name, some]) => [name, ...cellsOf(sumOf(some))]),
  )}\n`;
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
