import {
  FLOOR,
  expectedPrecision,
  precisionThresholds,
  shareThresholds,
  type Agreement,
} from '../../../common/class-thresholds.ts';
import { thresholdFor, type Threshold } from '../../../common/pseudo.ts';
import { readPreference, writePreference } from '../../db.ts';

export type Mode = 'one' | 'by class' | 'share' | 'precision';
export const MODES: readonly Mode[] = ['one', 'by class', 'share', 'precision'];

const CUSTOMARY = 0.9;
const LEAST = 0.001;

/** What a person set, as it is kept. */
interface Settings {
  mode: Mode;
  one: number;
  byClass: (number | null)[];
  share: number;
  precision: number;
  floor: number;
}

/** What thresholds are made of: it comes and changes while a person looks. */
export interface Evidence {
  /** [class index][bin], see PseudoSummary */
  histogram: readonly (readonly number[])[];
  /** by class index; null: not measured, or not on held-out pictures */
  agreement: readonly Agreement[] | null;
}

/** How sure is sure enough: one threshold for all classes, one for each by hand, or one for each by a rule. */
export class ThresholdChoice {
  mode = $state<Mode>('one');
  one = $state(CUSTOMARY);
  /** by hand; by class index, null: nothing of it */
  byClass = $state.raw<readonly (number | null)[]>([]);
  /** of each class */
  share = $state(0.5);
  precision = $state(0.95);
  /** no threshold of a rule is below it */
  floor = $state(FLOOR);
  /** class index whose threshold is set by hand right now */
  selected = $state(0);

  private readonly classes: number;
  private readonly key: string;
  private readonly evidence: () => Evidence;

  constructor(dataset: string, classes: number, evidence: () => Evidence) {
    this.key = `pseudo-thresholds-${dataset}`;
    this.classes = classes;
    this.evidence = evidence;
    this.byClass = new Array<number>(classes).fill(CUSTOMARY);
  }

  /** In force now. */
  readonly threshold: Threshold = $derived.by(() => {
    const { histogram, agreement } = this.evidence();
    if (this.mode === 'one' || !histogram.length) return this.one;
    if (this.mode === 'by class') return this.byClass;
    if (this.mode === 'share') return shareThresholds(histogram, this.share, this.floor);
    if (agreement) return precisionThresholds(agreement, this.precision, this.floor);
    return this.byClass.map(() => null);
  });

  /** false: a precision was asked for, and nothing tells of any. */
  get ready(): boolean {
    return this.mode !== 'precision' || this.evidence().agreement !== null;
  }

  of(k: number): number | null {
    return thresholdFor(this.threshold, k);
  }

  /** Share of the kept pixels of a class expected to be right; null: not known. */
  expected(k: number): number | null {
    const [one, least] = [this.evidence().agreement?.at(k), this.of(k)];
    return one && least !== null ? expectedPrecision(one, least) : null;
  }

  /** Of what the mode is about; 0..1, in steps of 0.001. */
  get value(): number | null {
    if (this.mode === 'by class') return this.byClass[this.selected];
    return this.mode === 'one' ? this.one : this[this.mode];
  }

  /** null only by class: nothing of the selected one is kept. */
  set(wanted: number | null) {
    const value = wanted === null ? null : Number(Math.min(1, Math.max(LEAST, wanted)).toFixed(3));
    if (this.mode === 'by class') this.byClass = this.byClass.with(this.selected, value);
    else if (value !== null) this[this.mode] = value;
  }

  move(step: number) {
    this.set((this.value ?? (step < 0 ? 1 - step : 1)) + step);
  }

  select(by: 1 | -1) {
    this.selected = Math.min(this.classes - 1, Math.max(0, this.selected + by));
  }

  /** Keeps nothing of the selected class, or what is surest of it. */
  drop() {
    if (this.mode === 'by class') this.set(this.value === null ? this.one : null);
  }

  /** What a rule found is gone on with by hand. */
  byHand() {
    if (this.mode === 'by class' || !this.ready) return;
    this.byClass = Array.from({ length: this.classes }, (_, k) => this.of(k));
    this.mode = 'by class';
  }

  nextMode() {
    this.mode = MODES[(MODES.indexOf(this.mode) + 1) % MODES.length];
  }

  async load() {
    const kept = await readPreference<Settings>(this.key);
    if (kept?.byClass.length !== this.classes) return;
    Object.assign(this, kept);
  }

  save() {
    const { mode, one, share, precision, floor } = this;
    const settings: Settings = { mode, one, byClass: [...this.byClass], share, precision, floor };
    void writePreference(this.key, settings);
  }
}
