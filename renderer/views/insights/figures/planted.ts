import { CASE_KINDS } from '../../../../common/case.ts';
import type { ClassInfo } from '../../../../common/dataset.ts';
import { OBJECT_SIZES } from '../../../../common/insights.ts';
import type { Found, PlantedReport } from '../../../../common/planted.ts';
import { wilson } from '../../../../common/wilson.ts';
import { percent } from '../../../format.ts';
import type { Cell } from '../../../plots/csv.ts';
import type { Figure } from '../../../plots/figure.ts';
import { drawLines, type Lines } from '../../../plots/lines.ts';
import { drawRows, type RowName, type Rows } from '../../../plots/rows.ts';
import { nameOf } from './order.ts';

/** One bar: errors of one sort. */
interface Row {
  name: string;
  color: string | null;
  found: Found;
}

/** Share of all planted errors found, by the least score that is reviewed. `cursor`: the score looked at. */
export function curveFigure({ curve, all }: PlantedReport, cursor: number): Figure {
  const { leastScore, share } = pointNear(curve, cursor);
  const bounds = curve.map(({ share: part }) => wilson(part * all.planted, all.planted));
  const line = (of: (i: number) => number) => curve.map((point, i): [number, number] => [point.leastScore, of(i)]);
  const drawn: Lines = {
    label: 'Share of the planted errors found by the least score reviewed',
    x: { title: 'least score reviewed', domain: [0, 1] },
    y: { title: '', domain: [0, 1] },
    lines: [
      { name: 'planted errors found', tone: 'first', points: line((i) => curve[i].share) },
      {
        name: '95% interval',
        tone: 'soft',
        dash: '2 3',
        points: [...line((i) => bounds[i].low), null, ...line((i) => bounds[i].high)],
      },
    ],
    markers: [{ x: leastScore, y: share, text: `${percent(share)} down to ${leastScore.toFixed(2)}` }],
    cursor: leastScore,
  };
  return {
    name: 'planted-errors-found-by-score',
    title: 'Share found by score',
    draw: (width, theme) => drawLines(drawn, width, theme),
    table: () => [
      ['least score', 'cases', 'share found', 'low', 'high'],
      ...curve.map((point, i) => [point.leastScore, point.cases, point.share, bounds[i].low, bounds[i].high]),
    ],
  };
}

/** The point of the curve nearest to a score. */
export const pointNear = (curve: PlantedReport['curve'], score: number): PlantedReport['curve'][number] =>
  curve.reduce((near, point) =>
    Math.abs(point.leastScore - score) < Math.abs(near.leastScore - score) ? point : near,
  );

export function kindFigure(report: PlantedReport): Figure {
  const rows = CASE_KINDS.map((kind): Row => ({ name: kind, color: null, found: report.kinds[kind] }));
  return foundFigure(report, 'kind', 'By kind', rows);
}

export function sizeFigure(report: PlantedReport): Figure {
  const rows = OBJECT_SIZES.map((size): Row => ({ name: size, color: null, found: report.sizes[size] }));
  return foundFigure(report, 'size', 'By size: under 32², to 96², over 96² pixels', rows);
}

export function classFigure(report: PlantedReport, classes: readonly ClassInfo[]): Figure {
  const rows = report.classes.flatMap((found, index): Row[] =>
    found ? [{ name: nameOf(classes, index), color: classes[index]?.color ?? null, found }] : [],
  );
  return foundFigure(report, 'class', 'By class', rows);
}

function foundFigure({ leastScore }: PlantedReport, by: string, title: string, rows: readonly Row[]): Figure {
  const there = rows.filter(({ found }) => found.planted > 0);
  const share = ({ planted }: Found, part: number) => part / planted;
  const drawn: Rows = {
    label: `Share of the planted errors found, by ${by}`,
    names: there.map(({ name, color, found }): RowName => ({ text: `${name} · ${found.planted}`, color })),
    panels: [
      {
        title: 'share found, with its 95% interval',
        domain: [0, 1],
        unit: 'share',
        as: 'bars',
        series: [
          { name: `at ${leastScore.toFixed(2)} or more`, tone: 'first' },
          { name: 'at any score', tone: 'third' },
        ],
        values: there.map(({ found }) => [share(found, found.found), share(found, found.covered)]),
        spans: there.map(({ found }) => {
          const { low, high } = wilson(found.found, found.planted);
          return [low, high];
        }),
        say: percent,
      },
    ],
  };
  return {
    name: `planted-errors-by-${by}`,
    title,
    draw: (width, theme) => drawRows(drawn, width, theme),
    table: () => [
      [by, 'planted', 'found', 'found at any score', 'share found', 'low', 'high'],
      ...there.map(({ name, found }): Cell[] => {
        const { low, high } = wilson(found.found, found.planted);
        return [name, found.planted, found.found, found.covered, share(found, found.found), low, high];
      }),
    ],
  };
}
