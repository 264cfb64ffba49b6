import type { SampleRow } from '../../../common/dataset.ts';
import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { Agreement } from '../measures/agreement.ts';
import { Confidences } from '../measures/confidences.ts';
import { ConfidentLearning } from '../noise/confident-learning.ts';
import { foldersAbove } from './folders.ts';

/** Labelled pictures below one folder, and their pixels with a label. */
export interface FolderSize {
  samples: number;
  pixels: number;
}

/** Counts over any number of pictures, the given label taken as the reference and the proposal as the prediction. */
export class InsightsTally {
  readonly agreement: Agreement;
  readonly confidences: Confidences;
  readonly learning: ConfidentLearning;
  readonly folders = new Map<string, FolderSize>();

  constructor(classes: number) {
    this.agreement = new Agreement(classes);
    this.confidences = new Confidences(classes);
    this.learning = new ConfidentLearning(classes);
  }

  /** `given`: class index or IGNORE, width × height. */
  add({ image }: Pick<SampleRow, 'image'>, given: Uint8Array, planes: Planes): void {
    this.agreement.add(given, planes.label, planes.width, planes.height);
    this.confidences.add(given, planes);
    this.learning.add(planes, given);
    let pixels = 0;
    for (let i = 0; i < given.length; i++) if (given[i] !== IGNORE) pixels++;
    for (const folder of foldersAbove(image)) {
      const size = this.folders.get(folder) ?? { samples: 0, pixels: 0 };
      this.folders.set(folder, { samples: size.samples + 1, pixels: size.pixels + pixels });
    }
  }
}
