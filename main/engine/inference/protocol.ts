import type { Agreement } from './agreement.ts';
import type { ClassMap, Finding, SampleRow } from '../../../common/dataset.ts';
import type { Merge, TtaSettings, WindowSettings } from '../../../common/ensemble.ts';
import type { Device } from '../../../common/scan.ts';
import type { ResultLine } from './results/line.ts';
import type { Member } from './member.ts';

/** What really runs a model. */
export type Provider = Exclude<Device, 'auto'>;

/** Everything an inference process has to know before its first picture. */
export interface Plan {
  /** of the dataset, absolute */
  folder: string;
  /** of the project, absolute */
  cache: string;
  scan: string;
  classMap: ClassMap;
  members: Member[];
  tta: TtaSettings;
  merge: Merge;
  temperature?: number;
  window: WindowSettings | null;
  /** what to choose from, see choose.ts; in an inference process the one it works with */
  providers: Provider[];
  /** a picture on which a provider other than the CPU has to agree with the CPU */
  check: Task | null;
  /** pictures of the whole scan, if this process shall find out how the time of its graphs divides; see profile.ts */
  profile?: number;
}

export interface Task {
  id: number;
  sample: SampleRow;
  /** indexes in Plan.members, in the order they run */
  members: number[];
  heldOut: boolean;
  /** members that trained on the picture, for a second look at its cases; set by Run; absent: none */
  inFold?: number[];
  /** size the sessions are made for, where enough pictures have it; null: they are made for any */
  size: { width: number; height: number } | null;
  /** a sample of its probabilities is kept, see results/probabilities.ts */
  sampled?: boolean;
  /** only this sample is wanted, to find out how sure the members may be of themselves */
  measure?: true;
  /** of the scan, see surenessOf; absent: 1 */
  sureness?: number;
  /** hash the picture had when it was scanned before; null: never */
  known: string | null;
}

/** What is measured of every picture, seconds. */
export type Stages = Record<'decode' | 'model' | 'cases' | 'encode', number>;

/** How the time of the graphs divides: shares that add up to 1. */
export type Split = Record<'pre' | 'model' | 'post', number>;

/** What a provider made of the check picture. */
export interface Outcome {
  /** width × height class indexes */
  labels: Uint8Array;
  /** a picture, once everything is loaded */
  seconds: number;
  /** the members that ran; the others do not run on the CPU either */
  members: number[];
}

export type ToWorker =
  | { type: 'plan'; plan: Plan }
  | { type: 'task'; task: Task }
  /** run this picture and tell its labels; before any task */
  | { type: 'check'; task: Task };

export type FromWorker =
  /** the provider loads and runs the smallest network there is */
  | { type: 'ready' }
  /** the provider does not work here, or does not run the check picture */
  | { type: 'unusable'; problem: string }
  | { type: 'checked'; outcome: Outcome }
  /** `agreement`: null where the picture is unlabelled; `bytes`: the most memory the process has held so far */
  | { type: 'done'; id: number; line: ResultLine; agreement: Agreement | null; stages: Stages; bytes: number }
  /** a task with `measure`: the sample is on disk */
  | { type: 'measured'; id: number; stages: Stages }
  /** the bytes are those of `Task.known`: nothing was done */
  | { type: 'same'; id: number; stat: string }
  /** this picture cannot be scanned */
  | { type: 'bad'; id: number; problem: string }
  /** this member cannot be run, on no picture; the task was not done */
  | { type: 'member'; id: number; member: number; problem: string }
  /** the provider cannot run this picture, not even with less memory; the task was not done */
  | { type: 'refused'; id: number; problem: string }
  | { type: 'split'; split: Split }
  | { type: 'finding'; finding: Finding };
