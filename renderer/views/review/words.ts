import type { CaseKind } from '../../../common/case.ts';
import type { Layer } from '../../canvas/layers.ts';
import type { Status } from '../../db.ts';
import type { CommandId } from '../../keys.ts';

export const KIND_WORDS: Record<CaseKind, string> = {
  'wrong-class': 'wrong class',
  missing: 'missing',
  extra: 'extra',
  boundary: 'boundary',
};

export const STATUS_WORDS: Record<Status, string> = {
  open: 'open',
  accept: 'accepted',
  keep: 'kept',
  ignore: 'ignored',
  skip: 'skipped',
};

export interface LayerWords {
  layer: Layer;
  label: string;
  command: CommandId;
  /** what the two ends of the colour scale mean */
  scale?: { from: string; to: string; colors: 'viridis' | 'inferno' };
}

/** From the top down, as people think of layers. */
export const LAYER_WORDS: readonly LayerWords[] = [
  { layer: 'given', label: 'Given', command: 'layer-given' },
  { layer: 'proposed', label: 'Proposed', command: 'layer-proposed' },
  { layer: 'difference', label: 'Difference', command: 'layer-difference' },
  {
    layer: 'confidence',
    label: 'Confidence',
    command: 'layer-confidence',
    scale: { from: '0', to: '1', colors: 'viridis' },
  },
  {
    layer: 'disagreement',
    label: 'Disagreement',
    command: 'layer-disagreement',
    scale: { from: '0', to: '1 bit', colors: 'inferno' },
  },
  { layer: 'pGiven', label: 'p(given)', command: 'layer-pgiven', scale: { from: '0', to: '1', colors: 'viridis' } },
  { layer: 'picture', label: 'Picture', command: 'layer-picture' },
];
