import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import type { Confusions } from './confusions.ts';
import { logRatio } from './log-ratio.ts';

/** One picture while its regions are measured. */
export interface Scene {
  planes: Planes;
  /** class index or IGNORE, width × height */
  given: Uint8Array;
  confusions: Confusions;
  /** width × height; non-zero in the region being measured, zero everywhere else */
  mask: Uint8Array;
  /** pixels beyond the outline where a class is looked for on the other side: soft edges of a proposal end before that */
  reach: number;
}

/** Sums over the pixels of one region and over the sides of its outline pixels. */
export class Tally {
  /** pixels by given and proposed class, as in Confusions */
  confusions: Float64Array;
  ratio = 0;
  pGiven = 0;
  disagreement = 0;
  /** pixels with all four neighbours inside, and their ratio */
  inner = 0;
  innerRatio = 0;
  /** pixel sides between inside and outside, the picture's border included */
  sides = 0;
  /** sides with a labelled pixel outside the region a reach away; those with the same given class there, with the same
   * proposed class, and with the same class given and proposed as given inside */
  seen = 0;
  givenGoesOn = 0;
  proposedGoesOn = 0;
  unquestioned = 0;

  constructor(classes: number) {
    this.confusions = new Float64Array(classes * classes);
  }

  /** Adds the run [start, end) of row y. */
  addRun(scene: Scene, y: number, start: number, end: number): void {
    const { given, mask, confusions, planes } = scene;
    const { width, height, label, confidence, disagreement, pGiven } = planes;
    const innerRow = y > 0 && y < height - 1;
    const rowFirst = y * width;
    for (let i = start; i < end; i++) {
      const ratio = logRatio(confidence[i], pGiven[i]);
      this.confusions[given[i] * confusions.classes + label[i]]++;
      this.ratio += ratio;
      this.pGiven += pGiven[i];
      this.disagreement += disagreement[i];
      if (innerRow && i > start && i < end - 1 && mask[i - width] && mask[i + width]) {
        this.inner++;
        this.innerRatio += ratio;
      } else this.addOutline(scene, i, i - rowFirst, y);
    }
  }

  private addOutline(scene: Scene, i: number, x: number, y: number): void {
    const { width, height } = scene.planes;
    this.addSide(scene, i, -1, x);
    this.addSide(scene, i, 1, width - 1 - x);
    this.addSide(scene, i, -width, y);
    this.addSide(scene, i, width, height - 1 - y);
  }

  /** `step` leads to the neighbour, `room` tells how many steps stay inside the picture. */
  private addSide({ planes: { label }, given, mask, reach }: Scene, i: number, step: number, room: number): void {
    const next = i + step;
    if (room > 0 && mask[next]) return;
    this.sides++;
    const far = i + step * reach;
    if (room < reach || mask[far] || given[far] === IGNORE) return;
    this.seen++;
    if (given[far] === given[i]) this.givenGoesOn++;
    if (label[far] === label[i]) this.proposedGoesOn++;
    if (given[far] === given[i] && label[far] === given[i]) this.unquestioned++;
  }
}
