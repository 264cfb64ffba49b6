import type { SampleRow } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { BoundaryIou } from '../measures/boundary.ts';
import { ObjectRecall } from '../measures/objects.ts';
import { ConfidentLearning } from '../noise/confident-learning.ts';
import { foldersAbove } from './folders.ts';

/** Labelled pictures below one folder, and their pixels with a label. */
export interface FolderSize {
  samples: number;
  pixels: number;
}

/** Counts over any number of pictures, the given label taken as the reference and the proposal as the prediction. */
export class InsightsTally {
  readonly learning: ConfidentLearning;
  readonly boundary: BoundaryIou;
  readonly objects: ObjectRecall;
  readonly folders = new Map<string, FolderSize>();

  constructor(classes: number) {
    this.learning = new ConfidentLearning(classes);
    this.boundary = new BoundaryIou(classes);
    this.objects = new ObjectRecall(classes);
  }

  /** `given`: class index or IGNORE, width × height. */
  add({ image }: Pick<SampleRow, 'image'>, given: Uint8Array, planes: Planes): void {
    const { label, width, height } = planes;
    const pixels = this.learning.add(planes, given);
    this.boundary.add(given, label, width, height);
    this.objects.add(given, label, width, height);
    for (const folder of foldersAbove(image)) {
      const size = this.folders.get(folder) ?? { samples: 0, pixels: 0 };
      this.folders.set(folder, { samples: size.samples + 1, pixels: size.pixels + pixels });
    }
  }
}
