import type { DatasetSummary } from '../../../common/dataset.ts';
import type { Insights } from '../../../common/insights.ts';
import type { PlantedReport } from '../../../common/planted.ts';
import { percent } from '../../format.ts';
import { agreement } from '../../plots/confusion.ts';
import { recallOf } from './figures/recall.ts';
import { total } from './figures/confidence.ts';
import { wholeOf } from './figures/noise.ts';

export const SECTIONS = [
  'overview',
  'confusion',
  'iou',
  'objects',
  'noise',
  'learning',
  'threshold',
  'confidence',
  'calibration',
  'planted',
] as const;
export type SectionName = (typeof SECTIONS)[number];

export const SECTION_TITLES: Record<SectionName, string> = {
  overview: 'Overview',
  confusion: 'Confusion matrix',
  iou: 'IoU by class',
  objects: 'Objects by size',
  noise: 'Label noise',
  learning: 'Confident learning',
  threshold: 'Threshold',
  confidence: 'Confidence',
  calibration: 'Calibration',
  planted: 'Planted errors',
};

/** A threshold can be swept where there are two classes only. */
export const sectionsFor = ({ classes }: DatasetSummary): SectionName[] =>
  SECTIONS.filter((name) => name !== 'threshold' || classes.length === 2);

/** The one figure that sums a section up; empty where there is none. */
export function headline(section: SectionName, insights: Insights, planted: PlantedReport | null): string {
  const { miou, classes, sweep, calibration } = insights;
  const share = (value: number | null) => (value === null ? '' : percent(value));
  switch (section) {
    case 'confusion':
      return share(agreement(insights.confusion));
    case 'iou':
      return miou === null ? '' : miou.toFixed(3);
    case 'objects':
      return share(recallOf(classes.flatMap(({ recall }) => recall)));
    case 'noise':
      return share(wholeOf(insights)?.noise ?? null);
    case 'learning':
      return share(shareOf(total(classes.map((one) => one.suspects)), total(classes.map((one) => one.givenPixels))));
    case 'threshold':
      return sweep ? sweep.points[sweep.bestF1].threshold.toFixed(2) : '';
    case 'calibration':
      return calibration ? `T ${calibration.temperature.toFixed(2)}` : '';
    case 'planted':
      return planted ? share(shareOf(planted.all.found, planted.all.planted)) : '';
    default:
      return '';
  }
}

const shareOf = (part: number, whole: number): number | null => (whole ? part / whole : null);
