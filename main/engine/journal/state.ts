import type { Verdict } from '../../../common/case.ts';
import type { Action, JournalLine, Paint, ThresholdById, VerdictItem } from '../../../common/journal.ts';

/** A line that can be undone. */
export type Deed = JournalLine & { action: Exclude<Action, { type: 'undo' | 'redo' }> };

/** What was decided about one case, or (`item` null) about the whole of one picture. */
export interface Decision {
  line: Deed;
  item: VerdictItem | null;
  paint: Paint[];
}

interface Entry {
  line: JournalLine;
  /** false while undone; undo and redo lines themselves stay true */
  live: boolean;
  /** lines up to and with this one */
  seq: number;
}

/** One link of the chain of what was decided about the same thing, the latest first. */
interface Link extends Decision {
  entry: Entry;
  earlier: Link | null;
}

/** What became of one case, and by which line. */
export interface Standing {
  verdict: Verdict;
  line: Deed;
  /** lines up to and with that one */
  seq: number;
}

interface Judgement {
  entry: Entry;
  right: boolean;
  earlier: Judgement | null;
}

/** A pseudo-label as it was accepted. */
export interface Accepted {
  threshold: ThresholdById;
  /** key of the scan its proposal lies in the cache of */
  scan: string;
  /** id of the journal line */
  line: string;
}

interface Acceptance {
  entry: Entry;
  threshold: ThresholdById;
  scan: string;
  earlier: Acceptance | null;
}

const isDeed = (line: JournalLine): line is Deed => line.action.type !== 'undo' && line.action.type !== 'redo';

/**
 * What follows from the lines of a journal, kept up line by line. An undone line stays where it was and is passed over; so
 * redo needs nothing but to stop passing over it, and the order of what applies is always the order of the lines.
 */
export class JournalState {
  readonly lines: JournalLine[] = [];
  private readonly entries = new Map<string, Entry>();
  private readonly cases = new Map<string, Link>();
  private readonly strokes = new Map<string, Link[]>();
  private readonly pseudos = new Map<string, Acceptance>();
  /** audited line → case → judgement */
  private readonly audits = new Map<string, Map<string, Judgement>>();

  /** Takes the next line; returns what is wrong with it, if anything. A line that is wrong changes nothing. */
  apply(line: JournalLine): string | null {
    if (this.entries.has(line.id)) return `line ${line.id} a second time`;
    const { action } = line;
    if (action.type === 'undo' || action.type === 'redo') {
      const target = this.entries.get(action.target);
      if (!target || !isDeed(target.line)) return `${action.type} of line ${action.target}, which is not there`;
      target.live = action.type === 'redo';
    }
    const entry: Entry = { line, live: true, seq: this.lines.push(line) };
    this.entries.set(line.id, entry);
    if (isDeed(line)) this.add(line, entry);
    return null;
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  /** Lines up to and with this one. */
  seqOf(id: string): number {
    return this.entries.get(id)?.seq ?? 0;
  }

  /** The line itself, or the one it undoes or redoes. */
  deedOf(line: JournalLine): Deed | null {
    if (isDeed(line)) return line;
    const target = 'target' in line.action ? this.entries.get(line.action.target)?.line : undefined;
    return target && isDeed(target) ? target : null;
  }

  verdictOf(id: string): Verdict | null {
    return this.standingOf(id)?.verdict ?? null;
  }

  /** null: the case is open */
  standingOf(id: string): Standing | null {
    const link = live(this.cases.get(id));
    const verdict = link && verdictIn(link.line);
    return link && verdict ? { verdict, line: link.line, seq: link.entry.seq } : null;
  }

  /** The line of this id where it can be undone. */
  find(id: string): { line: Deed; live: boolean } | null {
    const entry = this.entries.get(id);
    return entry && isDeed(entry.line) ? { line: entry.line, live: entry.live } : null;
  }

  /** How a case of line `target` was judged when it was looked at for itself, and by which line; null: it was not. */
  judgementOf(target: string, id: string): { right: boolean; seq: number } | null {
    const found = live(this.audits.get(target)?.get(id));
    return found && { right: found.right, seq: found.entry.seq };
  }

  /** All that stand, by case. */
  judgementsOf(target: string): Map<string, boolean> {
    const found = new Map<string, boolean>();
    for (const [id, latest] of this.audits.get(target) ?? []) {
      const judgement = live(latest);
      if (judgement) found.set(id, judgement.right);
    }
    return found;
  }

  /** What applies to a picture, in order: of several verdicts on one case only the latest. */
  decisionsOf(sample: string): Decision[] {
    return (this.strokes.get(sample) ?? []).filter(
      (link) => link.entry.live && (!link.item || live(this.cases.get(link.item.case)) === link),
    );
  }

  pseudoOf(sample: string): Accepted | null {
    const found = live(this.pseudos.get(sample));
    return found ? { threshold: found.threshold, scan: found.scan, line: found.entry.line.id } : null;
  }

  /** Id of the last line that still applies and is this author's or of one who has left; null: nothing to undo. */
  undoTarget(author: string, present: ReadonlySet<string>): string | null {
    for (let i = this.lines.length - 1; i >= 0; i--) {
      const line = this.lines[i];
      if (mayTouch(line, author, present) && isDeed(line) && this.entries.get(line.id)?.live) return line.id;
    }
    return null;
  }

  /** Id of the line undone last, by this author or one who has left, unless something new was decided since. */
  redoTarget(author: string, present: ReadonlySet<string>): string | null {
    const redone = new Set<string>();
    for (let i = this.lines.length - 1; i >= 0; i--) {
      const line = this.lines[i];
      const { action } = line;
      if (action.type === 'redo') redone.add(action.target);
      else if (!mayTouch(line, author, present)) continue;
      else if (action.type !== 'undo') return null;
      else if (!redone.delete(action.target) && !this.entries.get(action.target)?.live) return action.target;
    }
    return null;
  }

  private add(line: Deed, entry: Entry): void {
    const { action } = line;
    if (action.type === 'verdict') for (const item of action.items) this.addItem(line, entry, item);
    else if (action.type === 'audit') {
      const judged = this.audits.get(action.target) ?? new Map<string, Judgement>();
      this.audits.set(action.target, judged);
      judged.set(action.case, { entry, right: action.right, earlier: judged.get(action.case) ?? null });
      if (action.correction) this.addItem(line, entry, action.correction.item);
    } else if (action.type === 'picture') {
      const whole = { line, entry, item: null, paint: action.paint };
      this.addStroke(action.sample, { ...whole, earlier: null });
      for (const id of action.cases) this.cases.set(id, { ...whole, earlier: this.cases.get(id) ?? null });
    } else
      for (const sample of action.samples) {
        const { threshold, scan } = action;
        this.pseudos.set(sample, { entry, threshold, scan, earlier: this.pseudos.get(sample) ?? null });
      }
  }

  private addItem(line: Deed, entry: Entry, item: VerdictItem): void {
    const link = { line, entry, item, paint: item.paint, earlier: this.cases.get(item.case) ?? null };
    this.cases.set(item.case, link);
    this.addStroke(item.sample, link);
  }

  private addStroke(sample: string, link: Link): void {
    const strokes = this.strokes.get(sample);
    if (strokes) strokes.push(link);
    else this.strokes.set(sample, [link]);
  }
}

function live<T extends { entry: Entry; earlier: T | null }>(latest: T | undefined): T | null {
  let link = latest ?? null;
  while (link && !link.entry.live) link = link.earlier;
  return link;
}

const mayTouch = (line: JournalLine, author: string, present: ReadonlySet<string>) =>
  line.author === author || !present.has(line.author);

function verdictIn({ action }: Deed): Verdict | null {
  if (action.type === 'picture') return 'accept';
  if (action.type === 'audit') return action.correction?.verdict ?? null;
  return action.type === 'verdict' ? action.verdict : null;
}
