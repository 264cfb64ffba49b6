import type { ScanState } from '../../../common/scan.ts';
import { count, counted, duration } from '../../format.ts';

/** Pictures that need no more work in this scan. */
export const settled = ({ scanned, cached, failed }: ScanState): number => scanned + cached + failed;

export const isRunning = ({ phase }: ScanState): boolean =>
  phase === 'starting' || phase === 'running' || phase === 'cancelling';

/** Where a scan stands, in one sentence. `before`: pictures with a result from an earlier run with the same models and settings; `samples`: all pictures. */
export function scanSentence(state: ScanState, before: number, samples: number): string {
  const done = settled(state);
  switch (state.phase) {
    case 'idle':
      if (!before) return 'Nothing is scanned with these models and settings yet.';
      if (before >= samples) return `All ${count(samples)} pictures are scanned.`;
      return `${count(before)} of ${count(samples)} pictures are scanned. Scan goes on with the rest.`;
    case 'starting':
      return 'Loading the models.';
    case 'running':
      return state.cached
        ? `${count(done)} of ${counted(state.total, 'picture')}, ${count(state.cached)} of them from before.`
        : `${count(done)} of ${counted(state.total, 'picture')}.`;
    case 'cancelling':
      return 'Stopping. What is done is kept.';
    case 'cancelled':
      return `Stopped at ${count(done)} of ${counted(state.total, 'picture')}. Scan goes on from here.`;
    case 'failed':
      return state.problem ?? 'The scan failed.';
    case 'done':
      return `${counted(done, 'picture')} in ${duration(state.seconds)}: ${counted(state.cases, 'case')} to look at.`;
  }
}
