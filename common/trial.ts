import type { Finding } from './dataset.ts';
import type { Activation, Preprocessing } from './ensemble.ts';

/** A way to read a model, and how well it does so. */
export interface Reading {
  activation: Activation;
  preprocessing: Preprocessing;
  /** mean IoU over the classes present, 0..1, against the given masks of the pictures tried */
  miou: number;
  /** labelled pictures it was tried on: all, or those it took to see that others do better */
  samples: number;
}

/** What a model turns out to be on labelled pictures of the dataset. */
export interface Proof {
  /** absolute */
  file: string;
  /** labelled pictures it was tried on */
  samples: number;
  /** as the file, or what stands beside it, declares; or the usual ones where nothing is declared */
  declared: Reading;
  /** every way tried, those tried longest first, the best of them first; the declared one among them */
  readings: Reading[];
  /** class index of the dataset for each of the model's classes, null: none; by name where names match, else by overlap */
  classMap: (number | null)[];
  /** how each entry was found; `order`: class by class, as there are equally many and nothing says otherwise */
  mapped: ('name' | 'overlap' | 'order' | 'none')[];
  /** [model class][dataset class] pixels, with the best reading */
  overlap: number[][];
  /** names of the model's classes, or their numbers */
  classNames: string[];
  /** what really ran, e.g. `cpu` */
  provider: string;
  /** seconds a picture */
  seconds: number;
  /** one sentence: why nothing could be tried; null: it could */
  problem: string | null;
}

/** What a composition costs, and what it makes of one picture. */
export interface Trial {
  sample: string;
  width: number;
  height: number;
  /** network runs for this picture, windows included */
  passes: number;
  /** of a labelled picture (fewest, most), and of an unlabelled one */
  passesLabelled: [number, number];
  passesUnlabelled: number;
  /** of one picture in one process, once everything is loaded */
  seconds: number;
  /** of the whole dataset with the processes the settings ask for */
  secondsInAll: number;
  /** the most one inference process took */
  bytes: number;
  processes: number;
  provider: string;
  findings: Finding[];
  /** the merge first, then each member by itself; planes by URL: asset kind `tried` with `scan` */
  parts: TrialPart[];
}

export interface TrialPart {
  /** name of the member; null: all together */
  member: string | null;
  /** names the planes: the query `scan` of asset kind `tried` */
  scan: string;
  seconds: number;
}
