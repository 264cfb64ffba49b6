import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import type { Confusions } from './confusions.ts';
import { LOG } from './log-ratio.ts';

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
  /** log-ratio of proposed to given, p(given) and disagreement as bytes */
  ratio = 0;
  pGiven = 0;
  disagreement = 0;
  /** pixels with all four neighbours inside, and their log-ratio */
  inner = 0;
  innerRatio = 0;
  /** pixel sides between inside and outside, the picture's border included */
  sides = 0;
  /** sides with a labelled pixel outside the region a reach away */
  seen = 0;
  /** of those: the same given class there, the same proposed class, the given class also proposed */
  givenGoesOn = 0;
  proposedGoesOn = 0;
  unquestioned = 0;

  constructor(classes: number) {
    this.confusions = new Float64Array(classes * classes);
  }

  /** Adds the run [start, end) of row y, all of whose pixels are labelled. */
  addRun(scene: Scene, y: number, start: number, end: number): void {
    const { given, mask } = scene;
    const { width, height, label, confidence, disagreement, pGiven } = scene.planes;
    const { classes } = scene.confusions;
    let [ratios, innerRatios, inner, sumGiven, sumDisagreement] = [0, 0, 0, 0, 0];
    for (let i = start; i < end; i++) {
      const ratio = LOG[confidence[i]] - LOG[pGiven[i]];
      ratios += ratio;
      sumGiven += pGiven[i];
      sumDisagreement += disagreement[i];
      this.confusions[given[i] * classes + label[i]]++;
      const above = y > 0 && mask[i - width];
      const below = y < height - 1 && mask[i + width];
      if (above && below && i > start && i < end - 1) {
        innerRatios += ratio;
        inner++;
        continue;
      }
      if (i === start) this.addSide(scene, i, -1, start - y * width);
      if (i === end - 1) this.addSide(scene, i, 1, (y + 1) * width - end);
      if (!above) this.addSide(scene, i, -width, y);
      if (!below) this.addSide(scene, i, width, height - 1 - y);
    }
    this.ratio += ratios;
    this.pGiven += sumGiven;
    this.disagreement += sumDisagreement;
    this.inner += inner;
    this.innerRatio += innerRatios;
  }

  /** `step` leads out of the region; `room` tells how many steps stay inside the picture. */
  private addSide({ planes: { label }, given, mask, reach }: Scene, i: number, step: number, room: number): void {
    this.sides++;
    const far = i + step * reach;
    if (room < reach || mask[far] || given[far] === IGNORE) return;
    this.seen++;
    if (label[far] === label[i]) this.proposedGoesOn++;
    if (given[far] !== given[i]) return;
    this.givenGoesOn++;
    if (label[far] === given[i]) this.unquestioned++;
  }
}
