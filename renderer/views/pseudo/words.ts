import type { AcceptedAt } from '../../../common/pseudo.ts';
import { level, percent } from '../../format.ts';
import type { ThresholdChoice } from './choice.svelte.ts';

/** `at 0.90`, `by class` */
export const acceptedText = (accepted: AcceptedAt): string =>
  typeof accepted === 'number' ? `at ${level(accepted)}` : accepted;

/** What is in force: `at 0.90`, `by class`, `at 50% a class`, `at 95% precision` */
export function choiceText({ mode, one, share, precision }: ThresholdChoice): string {
  if (mode === 'one') return `at ${level(one)}`;
  if (mode === 'share') return `at ${percent(share)} a class`;
  return mode === 'precision' ? `at ${percent(precision)} precision` : mode;
}
