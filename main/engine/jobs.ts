import type { ScanResult, ScanState } from '../../common/scan.ts';
import { NO_SCAN } from '../../common/idle.ts';
import { NO_JOB, type JobProgress, type JobState } from '../../common/job.ts';
import { Cancelled, InputError, messageOf } from './errors.ts';
import type { Count, Long } from './long.ts';

/** At most one run at a time of something long that windows watch and may stop. */
export interface Job {
  /** Resolves once the run, if there is one, has ended. */
  cancel(): Promise<void>;
}

export function scanJob(tell: (state: ScanState) => void) {
  let state = NO_SCAN;
  const set = (next: Partial<ScanState>) => tell((state = { ...state, ...next }));
  const one = single('A scan of this dataset is running already.');
  return {
    get state() {
      return state;
    },
    run: (work: (long: Long<ScanState>) => Promise<ScanResult>): Promise<ScanResult> =>
      one.run(async (signal) => {
        set({ ...NO_SCAN, phase: 'starting' });
        try {
          const result = await work({
            signal,
            onProgress: (next) => set(signal.aborted ? { ...next, phase: 'cancelling' } : next),
          });
          set({ ...result, phase: 'done', secondsLeft: 0 });
          return result;
        } catch (error) {
          set(
            signal.aborted ? { phase: 'cancelled', secondsLeft: null } : { phase: 'failed', problem: messageOf(error) },
          );
          throw signal.aborted ? new Cancelled('The scan was cancelled; what it had done is kept.') : error;
        }
      }),
    cancel() {
      if (one.running) set({ phase: 'cancelling' });
      return one.cancel();
    },
  };
}

/**
 * Steps that are counted, with a result that stays to be looked at while it runs again. `name` begins a sentence;
 * `cancelled`: what a person should know after a cancel.
 */
export function countedJob<Result>(
  name: string,
  tell: (state: JobState<Result>) => void,
  cancelled = `${name} was cancelled.`,
) {
  let state: JobState<Result> = NO_JOB;
  const set = (next: Partial<JobState<Result>>) => tell((state = { ...state, ...next }));
  const one = single(`${name} of this dataset is running already.`);
  return {
    get state() {
      return state;
    },
    /** The result of an earlier run, read from disk. */
    remember(result: Result) {
      if (state.phase === 'idle' && state.result === null) state = { ...state, result };
    },
    run: (work: (long: Long<Count>) => Promise<Result>): Promise<Result> =>
      one.run(async (signal) => {
        set({ ...NO_JOB, result: state.result, phase: 'running' });
        try {
          const result = await work({ signal, onProgress: timed(set) });
          set({ phase: 'done', result, secondsLeft: 0 });
          return result;
        } catch (error) {
          set(signal.aborted ? { phase: 'cancelled' } : { phase: 'failed', problem: messageOf(error) });
          throw signal.aborted ? new Cancelled(cancelled) : error;
        }
      }),
    cancel: () => one.cancel(),
  };
}

/** Counts told ten times a second at most, with their rate; timed from the first step on, for what comes before is other work. */
function timed(tell: (progress: JobProgress) => void): (count: Count) => void {
  let first: { done: number; at: number } | null = null;
  let told = 0;
  return ({ done, total }) => {
    const now = performance.now();
    if (now - told < 100 && done < total) return;
    told = now;
    if (done) first ??= { done, at: now };
    const rate = first && done > first.done ? (done - first.done) / ((now - first.at) / 1000) : null;
    tell({ done, total, rate, secondsLeft: rate ? (total - done) / rate : null });
  };
}

/** Something tried out on the side; nobody but who asked waits for it. */
export function trialJob(tell: (progress: JobProgress) => void) {
  const one = single('Something is being tried on this dataset already.');
  return {
    run: <T>(work: (long: { signal: AbortSignal; onProgress: (count: Count) => void }) => Promise<T>): Promise<T> =>
      one.run(async (signal) => {
        try {
          return await work({ signal, onProgress: timed(tell) });
        } catch (error) {
          throw signal.aborted ? new Cancelled('Trying was cancelled.') : error;
        }
      }),
    cancel: () => one.cancel(),
  };
}

function single(busy: string) {
  let current: { controller: AbortController; ended: Promise<unknown> } | null = null;
  return {
    get running() {
      return current !== null;
    },
    run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      if (current) return Promise.reject(new InputError(busy));
      const controller = new AbortController();
      const result = work(controller.signal).finally(() => (current = null));
      current = { controller, ended: result.catch(() => undefined) };
      return result;
    },
    async cancel(): Promise<void> {
      current?.controller.abort();
      await current?.ended;
    },
  };
}
