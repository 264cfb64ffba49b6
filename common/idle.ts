import type { ScanState } from './scan.ts';

/** Before the first run, and in a window before the engine has told it anything. */
export const NO_SCAN: ScanState = {
  phase: 'idle',
  total: 0,
  scanned: 0,
  cached: 0,
  failed: 0,
  findings: [],
  cases: 0,
  seconds: 0,
  rate: null,
  secondsLeft: null,
  provider: null,
  processes: 0,
  tried: [],
  sureness: null,
  stages: { decode: 0, pre: null, model: 0, post: null, cases: 0, encode: 0 },
  latest: null,
  problem: null,
};
