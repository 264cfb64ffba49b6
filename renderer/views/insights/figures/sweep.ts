import type { SweepPoint, ThresholdSweep } from '../../../../common/insights.ts';
import type { Figure } from '../../../plots/figure.ts';
import { drawLines, type Line, type Lines } from '../../../plots/lines.ts';

const LINES: { name: string; of: 'precision' | 'recall' | 'f1' | 'iou'; tone: Line['tone']; dash?: string }[] = [
  { name: 'F1', of: 'f1', tone: 'first' },
  { name: 'IoU', of: 'iou', tone: 'second' },
  { name: 'precision', of: 'precision', tone: 'soft', dash: '6 3' },
  { name: 'recall', of: 'recall', tone: 'soft', dash: '2 3' },
];

/** Measures of the second of two classes over its threshold. `cursor`: the threshold that is looked at. */
export function sweepFigure({ points, bestF1, bestIou }: ThresholdSweep, name: string, cursor: number | null): Figure {
  const [f1, iou] = [points[bestF1], points[bestIou]];
  const drawn: Lines = {
    label: `F1, IoU, precision and recall of ${name} over the threshold of its probability`,
    x: { title: `threshold on p(${name})`, domain: [0, 1] },
    y: { title: '', domain: [0, 1] },
    lines: LINES.map(({ name, of, tone, dash }) => ({
      name,
      tone,
      dash,
      points: points.map((point): [number, number] => [point.threshold, point[of]]),
    })),
    markers: [
      { x: f1.threshold, y: f1.f1, text: `best F1 ${f1.f1.toFixed(3)} at ${f1.threshold.toFixed(2)}` },
      {
        x: iou.threshold,
        y: iou.iou,
        text: `best IoU ${iou.iou.toFixed(3)} at ${iou.threshold.toFixed(2)}`,
        side: 'below',
      },
    ],
    cursor,
  };
  return {
    name: 'threshold-sweep',
    title: 'Threshold sweep',
    draw: (width, theme) => drawLines(drawn, width, theme),
    table: () => [
      ['threshold', 'precision', 'recall', 'F1', 'IoU'],
      ...points.map(({ threshold, precision, recall, f1, iou }) => [threshold, precision, recall, f1, iou]),
    ],
  };
}

/** The point nearest to a threshold. */
export const pointAt = (points: readonly SweepPoint[], threshold: number): SweepPoint =>
  points.reduce((near, point) =>
    Math.abs(point.threshold - threshold) < Math.abs(near.threshold - threshold) ? point : near,
  );
