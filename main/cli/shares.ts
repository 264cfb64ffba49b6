import type { Recall } from '../../common/insights.ts';
import { percent } from './output.ts';

/** A share of something there may be nothing of. */
export const shareOf = (share: number | null | undefined): string => (typeof share === 'number' ? percent(share) : '–');

export const recallOf = ({ objects, found }: Recall): string =>
  objects ? `${percent(found / objects)} of ${objects}` : '–';
