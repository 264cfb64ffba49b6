import type { Reviewed } from '../../../common/reviewed.ts';
import { stoppingOf } from '../../../common/stopping.ts';
import { studio } from '../../studio.svelte.ts';

/** Milliseconds between looks: a verdict shows at once as far as one can tell, and keys held down cost nothing. */
const PULSE = 200;
/** The same while cases stream in. */
const SCAN_PULSE = 2_000;

/** How far the review is and what is left, kept abreast of the journal and the scan. */
export class Stop {
  reviewed = $state.raw<Reviewed | null>(null);
  readonly figures = $derived(this.reviewed && this.reviewed.scan !== null ? stoppingOf(this.reviewed) : null);
  /** all figures lie over the stage; the line below the queue says the most of it */
  open = $state(false);

  private readonly dataset: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private last = 0;

  constructor(dataset: string) {
    this.dataset = dataset;
    void this.look();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }

  toggle() {
    this.open = !this.open;
  }

  /** Something changed: looks soon, and once for all that changed until then. */
  hear(what: 'journal' | 'results') {
    if (what === 'journal') this.plan(PULSE);
    else this.plan(SCAN_PULSE);
  }

  private plan(pause: number) {
    if (this.timer !== undefined && pause >= SCAN_PULSE) return;
    clearTimeout(this.timer);
    const wait = Math.max(0, this.last + pause - performance.now());
    this.timer = setTimeout(() => void this.look(), wait);
  }

  private async look() {
    this.timer = undefined;
    this.last = performance.now();
    const found = await studio.attempt(() => studio.call('reviewed', { dataset: this.dataset }));
    // An answer that was overtaken by a later one tells nothing new.
    if (found && !this.closed && (found.scan !== this.reviewed?.scan || found.seq >= this.reviewed.seq))
      this.reviewed = found;
  }
}
