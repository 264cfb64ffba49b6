import { SCORE_BINS, type Scores } from '../common/scores.ts';

/** Cases that score less are hardly errors: nobody looks through them unasked. */
export const LEAST = 1 / SCORE_BINS;
/** Cases listed unasked: more than anybody reviews, and few enough that a window shows them at once. */
export const LISTED = 200_000;
/** What is as likely an error as not is listed, however many there are. */
const LIKELY = SCORE_BINS / 2;

/** Score from which the cases of a scan are listed unasked. */
export function leastListed({ count }: Scores): number {
  let listed = 0;
  for (let bin = SCORE_BINS - 1; bin > 0; bin--) {
    listed += count[bin];
    if (listed > LISTED && bin < LIKELY) return (bin + 1) / SCORE_BINS;
  }
  return LEAST;
}
