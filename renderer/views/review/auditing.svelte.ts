import type { StudioEvent } from '../../../common/api.ts';
import { AUDIT_CASES, INSTEAD, type Audit, type AuditCase } from '../../../common/audit.ts';
import type { Queue } from '../../queue.svelte.ts';
import { studio } from '../../studio.svelte.ts';

/** The audit of one bulk in this window: which case of its sample is looked at, and what was said of them. */
export class Auditing {
  audit = $state.raw<Audit | null>(null);
  at = $state(0);
  /** a wrong one gets the verdict it should have had */
  correct = $state(true);

  readonly current: AuditCase | null = $derived(this.audit?.cases[this.at] ?? null);
  readonly judged = $derived(this.audit?.cases.filter(({ right }) => right !== null).length ?? 0);
  readonly right = $derived(this.audit?.cases.filter(({ right }) => right === true).length ?? 0);
  /** all that were drawn are judged */
  readonly done = $derived(this.audit !== null && this.next(-1) === null);
  /** nothing more can be drawn */
  readonly whole = $derived(this.audit !== null && this.audit.cases.length >= this.audit.bulk.items);

  private readonly queue: Queue;
  private readonly dataset: string;
  private readonly target: string;
  /** where the queue was */
  private readonly before: string | null;
  private count = AUDIT_CASES;
  private loads = 0;
  private readonly stopListening: () => void;

  constructor(queue: Queue, dataset: string, target: string) {
    this.queue = queue;
    this.dataset = dataset;
    this.target = target;
    this.before = queue.current?.id ?? null;
    this.stopListening = studio.on((event) => this.hear(event));
    void this.begin();
  }

  /** Goes back to where the queue was. */
  close() {
    this.stopListening();
    if (this.before !== null) void this.queue.goToCase(this.before);
  }

  /** What becomes of a wrong one, or null where nothing would be clear. */
  get instead() {
    const verdict = this.audit?.bulk.verdict;
    return verdict ? INSTEAD[verdict] : null;
  }

  async judge(right: boolean): Promise<void> {
    const one = this.current;
    if (!one || one.right === right) return this.goOn();
    this.note(one.case, right);
    const done = studio.attempt(() =>
      studio.call('judge', {
        ...{ dataset: this.dataset, author: studio.author, target: this.target },
        ...{ case: one.case, right, correct: this.correct },
      }),
    );
    this.goOn();
    if (!(await done)) await this.load();
  }

  goTo(index: number) {
    const one = this.audit?.cases[index];
    if (!one) return;
    this.at = index;
    void this.queue.goToCase(one.case);
  }

  step(by: 1 | -1) {
    this.goTo(this.at + by);
  }

  async more() {
    if (this.whole) return;
    this.count += AUDIT_CASES;
    await this.load();
    this.goOn();
  }

  async rollBack(): Promise<boolean> {
    const { dataset, target } = this;
    const change = await studio.attempt(() => studio.call('rollBack', { dataset, author: studio.author, target }));
    if (change) studio.toast(`${change.text}. Redo brings it back.`);
    return change !== undefined;
  }

  private async begin() {
    await this.load();
    // One that was left is taken up again where it was, with as many as were judged.
    const judged = this.audit?.bulk.judged ?? 0;
    if (judged > this.count) {
      this.count = Math.ceil(judged / AUDIT_CASES) * AUDIT_CASES;
      await this.load();
    }
    this.goTo(this.next(-1) ?? 0);
  }

  private async load() {
    const load = ++this.loads;
    const { dataset, target, count } = this;
    const found = await studio.attempt(() => studio.call('audit', { dataset, target, count }));
    if (found && load === this.loads) this.audit = found;
  }

  private hear(event: StudioEvent) {
    if (event.type !== 'journal') return;
    const before = this.audit;
    const mine = event.change.author === studio.author && event.change.type === 'undo';
    void this.load().then(() => {
      if (!mine) return;
      // What was taken back is looked at again.
      const back = this.audit?.cases.findIndex((one, i) => one.right !== (before?.cases[i]?.right ?? null)) ?? -1;
      if (back >= 0) this.goTo(back);
    });
  }

  private note(id: string, right: boolean) {
    if (!this.audit) return;
    const cases = this.audit.cases.map((one) => (one.case === id ? { ...one, right } : one));
    this.audit = { ...this.audit, cases };
  }

  private goOn() {
    const next = this.next(this.at);
    if (next !== null) this.goTo(next);
  }

  /** The next that can be shown and is not judged, from the beginning again at the end; null: none is left. */
  private next(index: number): number | null {
    const cases = this.audit?.cases ?? [];
    for (let n = 1; n <= cases.length; n++) {
      const at = (index + n) % cases.length;
      if (cases[at].right === null && cases[at].shown) return at;
    }
    return null;
  }
}
