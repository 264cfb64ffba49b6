/** How far something long is. */
export interface JobProgress {
  /** steps; `total` 0: not known yet */
  done: number;
  total: number;
  /** steps a second; null: not known yet */
  rate: number | null;
  secondsLeft: number | null;
}

/** Something long that windows watch and may stop. */
export interface JobState<Result> extends JobProgress {
  phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  /** of the last run that came to its end, whatever runs now */
  result: Result | null;
  /** one sentence, where the last run failed */
  problem: string | null;
}

export const NO_JOB: JobState<never> = {
  phase: 'idle',
  done: 0,
  total: 0,
  rate: null,
  secondsLeft: null,
  result: null,
  problem: null,
};
