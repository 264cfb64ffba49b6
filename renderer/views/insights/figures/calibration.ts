import { BINS, type Calibration, type Reliability, type ReliabilityBy } from '../../../../common/calibration.ts';
import type { Cell } from '../../../plots/csv.ts';
import type { Figure } from '../../../plots/figure.ts';
import { drawReliability } from '../../../plots/reliability.ts';
import { drawRows, type Rows } from '../../../plots/rows.ts';
import { domainFor } from '../../../plots/scale.ts';
import { nameOf, rowName, type Measured, type Order } from './order.ts';

/** Which pixels a diagram is about: all, at outlines, away from them, or proposed as one class. */
export type Part = 'overall' | 'border' | 'interior' | number;

/** Null: nothing is proposed as the class. */
export const reliabilityOf = (by: ReliabilityBy, part: Part): Reliability | null =>
  typeof part === 'number' ? by.classes[part] : by[part];

/** Before and after the temperature, side by side. */
export function reliabilityFigure({ classes }: Measured, calibration: Calibration, part: Part): Figure | null {
  const before = reliabilityOf(calibration.before.reliability, part);
  const after = reliabilityOf(calibration.after.reliability, part);
  if (!before || !after) return null;
  const what = typeof part === 'number' ? nameOf(classes, part) : part === 'overall' ? 'all pixels' : part;
  const panels = [
    { title: `${what}, as merged`, diagram: before },
    { title: `${what}, at temperature ${calibration.temperature.toFixed(2)}`, diagram: after },
  ];
  return {
    name: `reliability-${what}`,
    title: `Reliability, ${what}`,
    draw: (width, theme) =>
      drawReliability(`Reliability of ${what} before and after the temperature`, panels, width, theme),
    table: () => [
      ['temperature', 'confidence from', 'to', 'pixels', 'mean confidence', 'accuracy'],
      ...[before, after].flatMap((one, i) => binsTable(one, i ? calibration.temperature : 1)),
    ],
  };
}

const binsTable = ({ pixels, confidence, accuracy }: Reliability, temperature: number): Cell[][] =>
  pixels.map((n, bin) => [
    temperature,
    bin / BINS,
    (bin + 1) / BINS,
    n,
    n ? confidence[bin] : null,
    n ? accuracy[bin] : null,
  ]);

/** ECE of every class before and after, with those of all, border and interior on top. */
export function eceFigure({ classes }: Measured, { before, after }: Calibration, order: Order): Figure {
  const rows = classes
    .map((_, index) => ({ index, ece: eces(before.reliability, after.reliability, index) }))
    .filter(({ ece }) => ece[0] !== null)
    .toSorted((a, b) => (order === 'worst' ? (b.ece[0] ?? 0) - (a.ece[0] ?? 0) : 0));
  const parts = (['overall', 'interior', 'border'] as const).map((part) => ({
    part,
    ece: eces(before.reliability, after.reliability, part),
  }));
  const values = [...parts, ...rows].map(({ ece }) => ece);
  const drawn: Rows = {
    label: 'Expected calibration error by class, before and after the temperature',
    names: [
      ...parts.map(({ part }) => ({ text: part, color: null, pick: part, total: true })),
      ...rows.map(({ index }) => rowName(classes, index)),
    ],
    panels: [
      {
        title: 'expected calibration error',
        domain: domainFor(Math.max(0, ...values.flat().map((value) => value ?? 0)), 5),
        unit: 'plain',
        as: 'dots',
        series: [
          { name: 'as merged', tone: 'second', size: 4 },
          { name: 'with the temperature', tone: 'first', size: 4 },
        ],
        values,
        say: (value) => value.toFixed(4),
      },
    ],
  };
  return {
    name: 'calibration-error',
    title: 'Calibration error by class',
    draw: (width, theme) => drawRows(drawn, width, theme),
    table: () => [
      ['part', 'ECE as merged', 'ECE with the temperature'],
      ...drawn.names.map(({ text }, i): Cell[] => [text, ...values[i]]),
    ],
  };
}

const eces = (before: ReliabilityBy, after: ReliabilityBy, part: Part): (number | null)[] =>
  [before, after].map((by) => reliabilityOf(by, part)?.ece ?? null);
