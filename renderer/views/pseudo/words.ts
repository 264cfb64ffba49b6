import type { AcceptedAt } from '../../../common/pseudo.ts';
import { level } from '../../format.ts';

/** `at 0.90`, `by class` */
export const acceptedText = (accepted: AcceptedAt): string =>
  typeof accepted === 'number' ? `at ${level(accepted)}` : accepted;
