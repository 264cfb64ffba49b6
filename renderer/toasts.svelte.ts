export type Tone = 'info' | 'good' | 'bad';

export interface Message {
  id: number;
  at: Date;
  text: string;
  tone: Tone;
  /** how often the same sentence came in a row */
  times: number;
}

const SHOWN_MS = { info: 4000, good: 4000, bad: 12_000 } as const;
const LOG_LENGTH = 500;

/** What the studio says to the person: shown for a while, kept in the log for the whole visit. */
export class Toasts {
  /** newest last */
  shown = $state.raw<Message[]>([]);
  /** newest first */
  log = $state.raw<Message[]>([]);

  private lastId = 0;
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, tone: Tone = 'info') {
    const last = this.log.at(0);
    const repeats = last?.text === text && this.shown.some(({ id }) => id === last.id);
    const message = {
      id: repeats ? last.id : ++this.lastId,
      at: new Date(),
      text,
      tone,
      times: repeats ? last.times + 1 : 1,
    };
    this.log = [message, ...this.log.filter(({ id }) => id !== message.id)].slice(0, LOG_LENGTH);
    this.shown = [...this.shown.filter(({ id }) => id !== message.id), message].slice(-3);
    this.hold(message.id);
    this.timers.set(
      message.id,
      setTimeout(() => this.dismiss(message.id), SHOWN_MS[tone]),
    );
  }

  /** Stays until it is dismissed or shown again: for a pointer that rests on it. */
  hold(id: number) {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  dismiss(id: number) {
    this.hold(id);
    this.shown = this.shown.filter((message) => message.id !== id);
  }
}
