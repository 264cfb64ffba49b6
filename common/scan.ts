import type { Finding } from './dataset.ts';
import type { Activation, Composition, Preprocessing } from './ensemble.ts';

export type Device = 'auto' | 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';
export const DEVICES: readonly Device[] = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'];

/** What a person chooses before a scan; kept in project.json. */
export interface ScanSettings extends Composition {
  /** ONNX files or folders of them, absolute */
  models: string[];
  /** JSON `{name: fold}` or a CSV with a column `fold`, absolute; null: the dataset's own folds.json or folds.csv if it has one */
  folds: string | null;
  /**
   * members that did train on a labelled picture, asked for a second look at its cases, at most; absent: IN_FOLD_MEMBERS,
   * 0: none. They take no part in what is proposed.
   */
  inFold?: number;
  device: Device;
  /** inference processes; null: one per core on the CPU, two on a GPU */
  processes: number | null;
}

export const IN_FOLD_MEMBERS = 1;

/** One ensemble member as read from its ONNX file and sidecar. */
export interface ModelInfo {
  /** absolute */
  file: string;
  name: string;
  bytes: number;
  inputs: { name: string; type: string; shape: (number | string)[] }[];
  outputs: { name: string; type: string; shape: (number | string)[] }[];
  /** order of the input's axes */
  layout: 'nchw' | 'nhwc';
  /** name of the output taken for the map of classes */
  output: string;
  /** classes it tells apart; null: not declared in the file */
  classes: number | null;
  /** their names, where they are declared */
  classNames: string[] | null;
  /** the only size the network takes, and what divides height and width of those it takes */
  size: { width: number; height: number } | null;
  multiple: number;
  /** what pictures are declared to be resized to, though it takes other sizes; null: nothing is */
  resize: { width: number; height: number } | null;
  /** the fold this model did not train on; null: unknown */
  fold: number | null;
  activation: Activation;
  preprocessing: Preprocessing;
  /** where activation and pre-processing are declared, such as `sidecar` or `Hugging Face`; null: nowhere, so they are usual ones */
  declared: string | null;
  /** one sentence: why this file cannot be used; null: it can */
  problem: string | null;
}

export type ScanPhase = 'idle' | 'starting' | 'running' | 'cancelling' | 'done' | 'cancelled' | 'failed';

export interface ScanState {
  phase: ScanPhase;
  /** pictures */
  total: number;
  scanned: number;
  cached: number;
  failed: number;
  /** pictures and models that could not be used, by name */
  findings: Finding[];
  cases: number;
  /** seconds of this run so far */
  seconds: number;
  /** pictures a second over the last ten seconds; null: not known yet */
  rate: number | null;
  /** seconds; null: not known yet */
  secondsLeft: number | null;
  /** the execution provider that really runs, e.g. `cpu` */
  provider: string | null;
  processes: number;
  /** what was tried before it was chosen; empty where there was nothing to choose */
  tried: ProviderTrial[];
  /**
   * what log-ratios are multiplied by before they are taken at their word, see surenessOf: below 1 the models are surer of
   * themselves than they are right; null: not measured
   */
  sureness: number | null;
  /** where the time went so far */
  stages: StageSeconds;
  /** name of a sample that was just finished, for a live view */
  latest: string | null;
  /** why the whole scan failed, one sentence */
  problem: string | null;
}

export interface ScanResult {
  scanned: number;
  cached: number;
  failed: number;
  cases: number;
  seconds: number;
  provider: string | null;
  processes: number;
  tried: ProviderTrial[];
  /** see ScanState */
  sureness: number | null;
  findings: Finding[];
  stages: StageSeconds;
}

/** How an execution provider did when it was tried on a picture of the dataset. */
export interface ProviderTrial {
  provider: string;
  /** pictures a second of all its processes together, the models alone; null: it was not timed */
  rate: number | null;
  /** one sentence: why it is not used; null: it can be */
  problem: string | null;
}

/** Where the time went: seconds on the clock, summed over inference processes. */
export interface StageSeconds {
  /** waiting for the next picture to be read and decoded, which goes on while the one before is run */
  decode: number;
  /**
   * preparing pictures and making planes of what the networks give, inside the same graphs as the networks: shares of the
   * time those take, as one profiled picture divides it. Null where none was profiled, on a GPU or in a scan so short that
   * it would show; it is all in `model` then
   */
  pre: number | null;
  model: number;
  post: number | null;
  /** finding and scoring cases */
  cases: number;
  /** packing planes; they are written while the next picture is run */
  encode: number;
}

/** How the out-of-fold rule falls out for a dataset and a setting, before anything is scanned. */
export interface ScanPlan {
  /** the key its results will have; that of the results there are means: it goes on with them. null: no usable model */
  scan: string | null;
  /** models that can be used */
  members: number;
  /** labelled pictures that are scored only by members that did not train on them */
  heldOut: number;
  /** how many members score such a picture: fewest, most; 0 where there is none */
  heldOutMembers: [number, number];
  /** the most members that trained on such a picture and look at its cases again */
  inFold: number;
  /** labelled pictures that all members score, because no fold is known for the picture or for the models */
  notHeldOut: number;
  /** unlabelled pictures: all members score them */
  unlabelled: number;
  /** file the folds were read from, absolute; null: none */
  folds: string | null;
  /** why a fold file that is there, or was asked for, cannot be used; null: nothing is wrong */
  foldsProblem: string | null;
  /** as an earlier part of that scan measured it, see ScanState; absent: none did */
  sureness?: number;
}
