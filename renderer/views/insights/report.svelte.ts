import { EVERYTHING, type CaseFilter } from '../../case-list.ts';
import { pairOf } from '../../case-key.ts';
import { readPreference, writePreference } from '../../db.ts';
import { csvText } from '../../plots/csv.ts';
import { SAVED_WIDTH, type Figure } from '../../plots/figure.ts';
import { fileStem, saveFile } from '../../plots/save.ts';
import type { ShadeScale } from '../../plots/shade.ts';
import { svgFile } from '../../plots/svg.ts';
import { DARK, LIGHT } from '../../plots/theme.ts';
import { studio } from '../../studio.svelte.ts';
import { reviewing } from '../review/reviewing.svelte.ts';
import type { Part } from './figures/calibration.ts';
import type { Order } from './figures/order.ts';
import type { SectionName } from './sections.ts';

/** light: black on white; dark: as the window */
export type Paper = 'light' | 'dark';

/** What a person looks at in the insights, and what of it they take along. It outlives the view, so that a look at some cases comes back to the same place. */
class Report {
  section = $state<SectionName>('overview');
  order = $state<Order>('worst');
  shade = $state<ShadeScale>('log');
  /** the cell of the matrix that is looked at, by class index */
  cell = $state.raw<{ given: number; proposed: number } | null>(null);
  heights = $state<'share' | 'log'>('share');
  /** class whose confidence is shown; null: all */
  confidenceClass = $state<number | null>(null);
  calibrationPart = $state<Part>('overall');
  /** the threshold looked at; null: the best */
  threshold = $state<number | null>(null);
  paper = $state<Paper>('light');
  /** cases by 256 · given + proposed; null: not counted yet */
  cases = $state.raw<ReadonlyMap<number, number> | null>(null);

  /** figures in view, first to last, and the one that was pointed at or focused last */
  private figures: (() => Figure)[] = [];
  private pointed: (() => Figure) | null = null;

  constructor() {
    void readPreference<Paper>('plot-paper').then((kept) => (this.paper = kept === 'dark' ? 'dark' : 'light'));
  }

  setPaper(paper: Paper) {
    this.paper = paper;
    void writePreference('plot-paper', paper);
  }

  /** A figure comes into view; returns its undo. */
  show(figure: () => Figure): () => void {
    this.figures.push(figure);
    return () => {
      this.figures = this.figures.filter((one) => one !== figure);
      if (this.pointed === figure) this.pointed = null;
    };
  }

  point(figure: () => Figure) {
    this.pointed = figure;
  }

  /** Saves a figure; without one that which was pointed at last, or the first in view. */
  save(as: 'svg' | 'csv', figure = (this.pointed ?? this.figures.at(0))?.()) {
    if (!figure || !studio.dataset) return;
    const name = `${fileStem(`${studio.dataset.name} ${figure.name}`)}.${as}`;
    if (as === 'csv') saveFile(name, csvText(figure.table()), 'text/csv');
    else {
      const theme = this.paper === 'light' ? LIGHT : DARK;
      saveFile(name, svgFile(figure.draw(SAVED_WIDTH, theme)), 'image/svg+xml');
    }
    studio.toast(`${name} saved.`);
  }

  /** How many cases have which pair of classes. */
  async countCases(): Promise<void> {
    const keys = (await reviewing.queue?.cases.matching(EVERYTHING)) ?? [];
    const cases = new Map<number, number>();
    for (const key of keys) cases.set(pairOf(key), (cases.get(pairOf(key)) ?? 0) + 1);
    this.cases = cases;
  }

  /** Null: not counted yet. */
  casesOf(given: number, proposed: number): number | null {
    return this.cases && (this.cases.get(256 * given + proposed) ?? 0);
  }

  /** Goes to the review of the cases that pass; says so where there is none. */
  async review(filter: Partial<CaseFilter>, what: string): Promise<void> {
    const { queue } = reviewing;
    if (!queue) return;
    const wanted = { ...EVERYTHING, ...filter };
    const listed = await queue.cases.matching(wanted);
    if (!listed.length && !(await queue.cases.unlisted(wanted))) return studio.toast(`There is no case of ${what}.`);
    await queue.show(wanted);
    studio.go('review');
  }
}

let current: { dataset: string; report: Report } | null = null;

/** The report of the opened dataset. */
export function reportOf(dataset: string): Report {
  if (current?.dataset !== dataset) current = { dataset, report: new Report() };
  return current.report;
}

export type { Report };
