import type { Blend, Merge } from '../../../common/ensemble.ts';
import type { ScanPlan } from '../../../common/scan.ts';
import type { Proof } from '../../../common/trial.ts';
import { count } from '../../format.ts';
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

/** A mean IoU 0..1 as `51.2%`. */
export const miouText = (miou: number): string => `${(100 * miou).toFixed(1)}%`;

/** mIoU from which one reading is clearly better than another. */
const CLEARLY = 0.005;

/** mIoU below which a model says nothing about the dataset. */
const HOPELESS = 0.1;

/** The reading to take, and what to do about it. */
export function advice({ declared, readings }: Proof, declaredBy: string | null): string {
  const [best] = readings;
  const source = declaredBy ? `what ${declaredBy} declares` : 'the usual reading';
  if (best && best.miou < HOPELESS)
    return `No reading fits: the best reaches ${miouText(best.miou)} mIoU. It may know other classes, or other pictures.`;
  if (!best || best.miou - declared.miou < CLEARLY)
    return `${capital(source)} is the best: ${miouText(declared.miou)} mIoU.`;
  return `${readingText(best)} reads ${miouText(best.miou)} mIoU, ${source} only ${miouText(declared.miou)}: use the best.`;
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

/** What it means that labelled pictures have no member that did not see them; null: all have. */
export function unjudgedText({ heldOut, notHeldOut, members }: ScanPlan): string | null {
  if (!members || !notHeldOut) return null;
  if (!heldOut) return 'No labelled picture has a held-out member: a model may have learned the errors it is to find.';
  return notHeldOut === 1
    ? '1 labelled picture has no held-out member: it ranks behind those that have.'
    : `${count(notHeldOut)} labelled pictures have no held-out member: they rank behind those that have.`;
}
