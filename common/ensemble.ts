/** How members are put together: the same words in the window, on the command line and in an ensemble file. */

/**
 * Test-time augmentation as a product of transforms (ttach's semantics): every combination is one pass, combinations that
 * come to the same are one. The picture as it is is always among them.
 */
export interface TtaSettings {
  /** mirrored left to right, top to bottom */
  hflip: boolean;
  vflip: boolean;
  /** turned by 0°, 90°, 180° and 270° */
  rot90: boolean;
  /** factors of height and width beside 1, such as 0.75 and 1.25 */
  scales: number[];
  /** factors and addends of the prepared picture beside 1 and 0 */
  multiply: number[];
  add: number[];
}

export const NO_TTA: TtaSettings = { hflip: false, vflip: false, rot90: false, scales: [], multiply: [], add: [] };

/** What the field calls by a name. `d4`: the eight ways to lay down a square. */
export const NAMED_TTA = {
  none: NO_TTA,
  hflip: { ...NO_TTA, hflip: true },
  vflip: { ...NO_TTA, vflip: true },
  flip: { ...NO_TTA, hflip: true, vflip: true },
  d4: { ...NO_TTA, hflip: true, rot90: true },
} as const satisfies Record<string, TtaSettings>;

/**
 * How the probabilities of all passes become one. `mean`: Σ w p, weighted; `geometric`: softmax of Σ w log p, where one
 * pass near zero vetoes; `max`: the largest p of each class, brought to sum 1; `vote`: Σ w of the passes for which the
 * class is the likeliest.
 */
export type Merge = 'mean' | 'geometric' | 'max' | 'vote';
export const MERGES: readonly Merge[] = ['mean', 'geometric', 'max', 'vote'];

/** Weights inside a window: all alike; Gaussian of σ = size / 8; Hann, sin²(π(i + ½) / size). */
export type Blend = 'constant' | 'gaussian' | 'hann';
export const BLENDS: readonly Blend[] = ['constant', 'gaussian', 'hann'];

/** Large pictures run as overlapping windows. */
export interface WindowSettings {
  /** side, pixels; a smaller picture is padded by reflection */
  size: number;
  /** share of a side that neighbours have in common, 0 to below 1 */
  overlap: number;
  blend: Blend;
  /** share of a side that is kept, around the centre; 1: all */
  keep: number;
}

/** What a network runs on instead of the picture's own size. */
export type InputSize = { width: number; height: number } | { scale: number };

/** How pictures are prepared: (byte · scale − mean) / std, mean and std in the order in which the network takes the channels. */
export interface Preprocessing {
  channels: 'rgb' | 'bgr';
  scale: number;
  mean: number[];
  std: number[];
}

/**
 * What an output holds. `logits`: softmax makes probabilities of it; `probabilities`: as it is; `sigmoid-logits` and
 * `sigmoid`: each class judged on its own, brought to sum 1; with one channel of logits or `sigmoid` that is class 1 of 2;
 * `ids`: the likeliest class and nothing else, so that a pass is a vote.
 */
export type Activation = 'logits' | 'probabilities' | 'sigmoid-logits' | 'sigmoid' | 'ids';
export const ACTIVATIONS: readonly Activation[] = ['logits', 'probabilities', 'sigmoid-logits', 'sigmoid', 'ids'];

/** What a person decided about one member; what is absent is as its file says. */
export interface MemberSettings {
  /** ONNX file, absolute */
  file: string;
  /** in the merge, above 0; 1 where absent */
  weight?: number;
  /** the fold it did not train on; null: none */
  fold?: number | null;
  /** one pass for each; absent: the picture's own size */
  sizes?: InputSize[];
  preprocessing?: Partial<Preprocessing>;
  activation?: Activation;
  /** name of the output that holds the classes */
  output?: string;
  /** class index of the dataset for each class of the model; null: no class of the dataset */
  classMap?: (number | null)[];
}

/** How members are put together, but for which they are. */
export interface Composition {
  /** what is set by hand about single members */
  members: MemberSettings[];
  tta: TtaSettings;
  merge: Merge;
  /** T of p ∝ p̄^(1/T), after the merge: above 1 less sure, below 1 more; absent: 1 */
  temperature?: number;
  /** null: pictures run whole */
  window: WindowSettings | null;
}

export const PLAIN: Composition = { members: [], tta: NO_TTA, merge: 'mean', window: null };
