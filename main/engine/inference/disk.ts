/** What a turn may take on the thread itself, milliseconds: what the system holds in memory takes a tenth of it. */
const QUICK_MS = 3;
/** Turns left to other threads after one that was not quick. */
const AWHILE = 30;

/**
 * Turns at a disk, in a process that has a thread's work to do beside. To have them done on another thread means to wake it
 * for every step and to be woken by it: about a millisecond of processor time a picture, where files the system already
 * holds take a tenth of that on the thread itself. So they are done there as long as that is quick; a slow disk is left to
 * other threads.
 */
export class Disk {
  private slow = 0;

  /** `now` and `later` do the same. */
  async turn<T>(now: () => T, later: () => Promise<T>): Promise<T> {
    if (this.slow > 0) {
      this.slow--;
      return later();
    }
    const began = performance.now();
    const made = now();
    if (performance.now() - began > QUICK_MS) this.slow = AWHILE;
    return made;
  }
}
