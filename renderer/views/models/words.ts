import type { Blend, Merge } from '../../../common/ensemble.ts';
import type { Proof } from '../../../common/trial.ts';
import { percent } from '../../format.ts';
import { readingText } from './reading-text.ts';

export const MERGE_TEXT: Record<Merge, { name: string; meaning: string }> = {
  mean: { name: 'mean', meaning: 'The weighted mean of the probabilities of all passes.' },
  geometric: {
    name: 'geometric',
    meaning: 'The mean of their logarithms: one pass that is sure a class is not there vetoes it.',
  },
  max: { name: 'max', meaning: 'The largest probability that any pass gives to a class.' },
  vote: { name: 'vote', meaning: 'Each pass votes for its likeliest class, by its weight.' },
};

export const BLEND_TEXT: Record<Blend, string> = {
  constant: 'constant',
  gaussian: 'Gaussian',
  hann: 'Hann',
};

export const TTA_MEANING = {
  hflip: 'Mirrored left to right',
  vflip: 'Mirrored top to bottom',
  rot90: 'Turned by 90°, 180° and 270°',
} as const;

/** mIoU from which one reading is clearly better than another. */
const CLEARLY = 0.005;

/** The reading to take, and what to do about it. */
export function advice({ declared, readings }: Proof, declaredBy: string | null): string {
  const [best] = readings;
  const source = declaredBy ? `what ${declaredBy} declares` : 'the usual reading';
  if (!best || best.miou - declared.miou < CLEARLY)
    return `${capital(source)} is the best: ${percent(declared.miou)} mIoU.`;
  return `${readingText(best)} reads ${percent(best.miou)} mIoU, ${source} only ${percent(declared.miou)}: use the best.`;
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);
