/** Something long that windows watch and may stop. */
export interface JobState<Result> {
  phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  done: number;
  total: number;
  /** steps a second; null: not known yet */
  rate: number | null;
  secondsLeft: number | null;
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
