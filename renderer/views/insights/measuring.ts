import { duration } from '../../format.ts';

/** Pixels of planes that are read and measured a second, a cautious figure for before anything was. */
const PIXELS_A_SECOND = 15e6;

/** What a measurement would take: `about 20 s`. */
export function costText(samples: number, pixelsEach: number): string {
  const seconds = (samples * pixelsEach) / PIXELS_A_SECOND;
  if (seconds < 10) return 'a few seconds';
  return `about ${duration(seconds < 60 ? Math.round(seconds / 10) * 10 : Math.round(seconds / 60) * 60)}`;
}
