import type { Audit, Bulk } from './audit.ts';
import type { CaseChoice, CaseDetail, CaseRow, SampleResult, Verdict } from './case.ts';
import type { DatasetSummary, SampleRow } from './dataset.ts';
import type { JobProgress, JobState } from './job.ts';
import type { JournalChange } from './journal.ts';
import type { PseudoRow, PseudoSummary, Threshold } from './pseudo.ts';
import type { Insights, InsightsState } from './insights.ts';
import type { PlantedReport, PlantedState, PlantSettings } from './planted.ts';
import type { Reviewed } from './reviewed.ts';
import type { Scores } from './scores.ts';
import type { Proof, Trial } from './trial.ts';
import type { ModelInfo, ScanPlan, ScanResult, ScanSettings, ScanState } from './scan.ts';

/** Everything the studio can be asked, by every host alike. Pixels never pass here: they go by URL (see host.ts). */
export interface Api {
  about(p: Record<string, never>): Promise<About>;

  /** Folders inside `path`, for hosts without a native picker. */
  browse(p: { path: string | null }): Promise<FolderListing>;
  open(p: { folder: string; project?: string }): Promise<DatasetSummary>;
  /** Draws the demo dataset where it is missing, and opens it with its models. */
  openDemo(p: Record<string, never>): Promise<DatasetSummary>;
  samples(p: { dataset: string; after: number; limit: number }): Promise<{ rows: SampleRow[]; next: number | null }>;
  sample(p: { dataset: string; sample: string }): Promise<SampleDetail>;

  settings(p: { dataset: string }): Promise<ScanSettings>;
  saveSettings(p: { dataset: string; settings: ScanSettings }): Promise<ScanSettings>;
  /** Reads ONNX files, or those in folders; an unusable file is a row with a `problem`. */
  describe(p: { models: string[] }): Promise<ModelInfo[]>;
  /** Who would score whom with these settings. */
  plan(p: { dataset: string; settings: ScanSettings }): Promise<ScanPlan>;

  /** Tries the plausible ways to read one model on labelled pictures; takes seconds. */
  prove(p: { dataset: string; model: string }): Promise<Proof>;
  /** Runs one picture with all members together and one by one, and tells what a scan would cost. Takes seconds. */
  try(p: { dataset: string; settings: ScanSettings; sample: string }): Promise<Trial>;
  /** Settings as an ensemble file for the command line, written to `file`; and the other way round. */
  saveEnsemble(p: { dataset: string; settings: ScanSettings; file: string }): Promise<null>;
  loadEnsemble(p: { dataset: string; file: string }): Promise<ScanSettings>;

  /** Runs to the end; progress comes as events, and from `scanState` after a reload. */
  scan(p: { dataset: string; settings: ScanSettings }): Promise<ScanResult>;
  scanState(p: { dataset: string }): Promise<ScanState>;
  /**
   * Results in the order they were made, `after` that many of them. A changed `scan` key means: start again from 0. `least`:
   * of their cases only those that score at least this, and those somebody ever decided; absent: all.
   */
  results(p: { dataset: string; after: number; limit: number; least?: number }): Promise<ResultsPage>;
  /**
   * Cases of the first `cursor` results that pass: how many there are, and of those that score less than `below` up to
   * `limit` (0: none) after the first `after`, highest score first.
   */
  choose(p: {
    dataset: string;
    choice: CaseChoice;
    cursor: number;
    below: number;
    after: number;
    limit: number;
  }): Promise<CasesPage>;
  /** Cases by their ids, in no order; those the current scan does not have are left out. */
  cases(p: { dataset: string; ids: string[] }): Promise<Found>;

  /** `expected`: share of the cases for which the verdict is right as far as is known, 0..1; absent: what their scores say */
  decide(p: {
    dataset: string;
    author: string;
    verdict: Verdict;
    cases: string[];
    expected?: number;
  }): Promise<JournalChange>;
  acceptPicture(p: { dataset: string; author: string; sample: string }): Promise<JournalChange>;
  undo(p: { dataset: string; author: string }): Promise<JournalChange | null>;
  redo(p: { dataset: string; author: string }): Promise<JournalChange | null>;
  /** Everything decided after journal line `seq` (0: all), as one change. */
  decisions(p: { dataset: string; author: string; since: number }): Promise<JournalChange>;

  pseudo(p: { dataset: string }): Promise<PseudoSummary>;
  pseudoSamples(p: {
    dataset: string;
    threshold: Threshold;
    after: number;
    limit: number;
  }): Promise<{ rows: PseudoRow[]; next: number | null }>;
  /** `samples` null: every scanned unlabelled picture. */
  acceptPseudo(p: {
    dataset: string;
    author: string;
    threshold: Threshold;
    samples: string[] | null;
  }): Promise<JournalChange>;

  /** Takes back one action of the journal, whatever was decided after it, such as a bulk that an audit found wanting. */
  rollBack(p: { dataset: string; author: string; target: string }): Promise<JournalChange>;
  /** Brings back an action that was taken back, whatever was decided since. */
  bringBack(p: { dataset: string; author: string; target: string }): Promise<JournalChange>;
  /** Actions that decided many at once, the latest first, with the precision measured so far. */
  bulks(p: { dataset: string }): Promise<Bulk[]>;
  /** A random sample of `count` cases of one of them. */
  audit(p: { dataset: string; target: string; count: number }): Promise<Audit>;
  /** One of them looked at for itself; `correct`: a wrong one gets the verdict it should have had. */
  judge(p: {
    dataset: string;
    author: string;
    target: string;
    case: string;
    right: boolean;
    correct: boolean;
  }): Promise<JournalChange>;
  /** How far the review is, to tell what is left. */
  reviewed(p: { dataset: string }): Promise<Reviewed>;

  /** Measures given labels against proposals over the whole dataset; takes seconds to minutes. */
  measure(p: { dataset: string }): Promise<Insights>;
  insights(p: { dataset: string }): Promise<InsightsState>;
  /** Plants known errors in copies, scans those with the same models, and reports what was found. */
  plant(p: { dataset: string; settings: PlantSettings }): Promise<PlantedReport>;
  planted(p: { dataset: string }): Promise<PlantedState>;

  /** What an export would hold right now. */
  exportPreview(p: { dataset: string }): Promise<ExportPreview>;
  export(p: { dataset: string; out: string; replace: boolean }): Promise<ExportResult>;
  exportState(p: { dataset: string }): Promise<ExportState>;

  /** Resolves once the job has stopped; at once where none runs. */
  cancel(p: { dataset: string; job: 'scan' | 'export' | 'trial' | 'insights' | 'planted' }): Promise<null>;
}

export type Method = keyof Api;
export type Params<M extends Method> = Parameters<Api[M]>[0];
export type Reply<M extends Method> = Awaited<ReturnType<Api[M]>>;

export interface About {
  version: string;
  cores: number;
  /** the person's home folder, absolute */
  home: string;
  /** datasets this engine has open, the latest first: a new window starts with it */
  opened: DatasetSummary[];
}

export interface FolderListing {
  path: string;
  parent: string | null;
  folders: { name: string; path: string; dataset: boolean }[];
  /** ONNX files directly inside, absolute */
  models: string[];
}

export interface SampleDetail extends SampleRow {
  result: SampleResult | null;
  cases: CaseDetail[];
  verdicts: { id: string; verdict: Verdict }[];
}

export interface ResultsPage {
  /** names the scan (models and settings) these results come from; null: nothing scanned yet */
  scan: string | null;
  rows: SampleResult[];
  /** where the next page starts, also once the end is reached */
  next: number;
  more: boolean;
  /** all cases of the scan so far, whether they are in `rows` or not */
  scores: Scores;
}

export interface Found {
  /** names the scan they are of */
  scan: string | null;
  rows: CaseRow[];
}

export interface CasesPage extends Found {
  /** cases that pass, whatever their score */
  count: number;
  more: boolean;
}

export interface ExportPreview {
  /** labelled pictures whose mask is copied byte for byte */
  untouched: number;
  /** labelled pictures with at least one decided change */
  cleaned: number;
  /** unlabelled pictures with an accepted pseudo-label */
  pseudo: number;
  /** unlabelled pictures left out */
  left: number;
}

export interface ExportResult {
  samples: number;
  untouched: number;
  cleaned: number;
  pseudo: number;
  out: string;
  /** samples that could not be written, each left out of the export and named here */
  findings: { file: string; problem: string }[];
}

export type ExportState = JobState<ExportResult>;

/** Told to every window as it happens. */
export type StudioEvent =
  | { type: 'opening'; folder: string; done: number; total: number }
  | { type: 'scan'; dataset: string; state: ScanState }
  /** results up to `count` can be fetched */
  | { type: 'results'; dataset: string; scan: string; count: number }
  | { type: 'journal'; dataset: string; change: JournalChange }
  | { type: 'export'; dataset: string; state: ExportState }
  /** how far a proof is */
  | { type: 'trial'; dataset: string; progress: JobProgress }
  | { type: 'insights'; dataset: string; state: InsightsState }
  | { type: 'planted'; dataset: string; state: PlantedState };

/** How an error travels: a sentence for a person and, for the program, whose fault it was. */
export interface ApiError {
  message: string;
  /** input: what was asked for cannot be had as asked; occupied: only because something is there that may be replaced; cancelled: the person stopped it; internal: a bug */
  code: 'input' | 'occupied' | 'cancelled' | 'internal';
}
