import type { ClassMap, Finding, SampleRow } from '../../../common/dataset.ts';
import type { Merge, TtaSettings, WindowSettings } from '../../../common/ensemble.ts';
import type { Device, ScanResult } from '../../../common/scan.ts';
import type { ResultLine } from './line.ts';
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
  window: WindowSettings | null;
  /** the first of these that works is taken */
  providers: Provider[];
  /** a picture on which a provider other than the CPU has to agree with the CPU */
  check: Task | null;
}

export interface Task {
  id: number;
  sample: SampleRow;
  /** indexes in Plan.members, in the order they run */
  members: number[];
  heldOut: boolean;
  /** size the sessions are made for, where enough pictures have it; null: they are made for any */
  size: { width: number; height: number } | null;
  /** hash the picture had when it was scanned before; null: never */
  known: string | null;
}

export type Stages = ScanResult['stages'];

export type ToWorker = { type: 'plan'; plan: Plan } | { type: 'task'; task: Task };

export type FromWorker =
  /** about to load a provider, which may end the process */
  | { type: 'trying'; provider: Provider }
  | { type: 'ready'; provider: Provider; findings: Finding[] }
  | { type: 'unusable'; problem: string }
  /** `bytes`: the most memory the process has held so far */
  | { type: 'done'; id: number; line: ResultLine; stages: Stages; bytes: number }
  /** the bytes are those of `Task.known`: nothing was done */
  | { type: 'same'; id: number; stat: string }
  /** this picture cannot be scanned */
  | { type: 'bad'; id: number; problem: string }
  /** this member cannot be run, on no picture; the task was not done */
  | { type: 'member'; id: number; member: number; problem: string }
  | { type: 'finding'; finding: Finding };
