import type { Finding } from '../../../common/dataset.ts';
import { NO_SCAN } from '../../../common/idle.ts';
import type { ScanState } from '../../../common/scan.ts';

/** Events a second at most. */
const PACE_MS = 100;
/** Seconds over which the rate is taken. */
const SPAN = 10;

/** What a scan tells while it runs, not more often than anybody can see. */
export class Progress {
  readonly state: ScanState;
  private readonly tell: (state: ScanState) => void;
  private readonly began = performance.now();
  /** times at which pictures were finished, of the last SPAN seconds */
  private finished: number[] = [];
  private told = -Infinity;
  private later: NodeJS.Timeout | null = null;

  constructor(total: number, findings: Finding[], tell: (state: ScanState) => void) {
    this.tell = tell;
    this.state = { ...NO_SCAN, phase: 'starting', total, findings };
  }

  get seconds(): number {
    return (performance.now() - this.began) / 1000;
  }

  set(change: Partial<ScanState>): void {
    Object.assign(this.state, change);
    this.tellSoon();
  }

  /** One picture more, done by this run. */
  count(change: Partial<ScanState>): void {
    this.finished.push(performance.now());
    this.set(change);
  }

  /** Tells now what was held back. */
  flush(): void {
    if (this.later) clearTimeout(this.later);
    this.later = null;
    this.told = performance.now();
    this.tell({ ...this.state, ...this.pace(), findings: [...this.state.findings] });
  }

  private tellSoon(): void {
    const wait = this.told + PACE_MS - performance.now();
    if (wait <= 0) this.flush();
    else this.later ??= setTimeout(() => this.flush(), wait);
  }

  private pace(): Pick<ScanState, 'seconds' | 'rate' | 'secondsLeft'> {
    const now = performance.now();
    const first = this.finished.findIndex((at) => at > now - SPAN * 1000);
    this.finished = first < 0 ? [] : this.finished.slice(first);
    const { total, scanned, cached, failed } = this.state;
    const left = total - scanned - cached - failed;
    const span = (now - (this.finished[0] ?? now)) / 1000;
    const rate = span > 0 ? (this.finished.length - 1) / span : null;
    return { seconds: this.seconds, rate, secondsLeft: left === 0 ? 0 : rate && left / rate };
  }
}
