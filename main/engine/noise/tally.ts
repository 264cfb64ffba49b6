import { IGNORE } from '../../../common/dataset.ts';
import { LOG } from './log-ratio.ts';
import type { Scene } from './scene.ts';

/** Sums over the pixels of one region and over the sides of its outline pixels. */
export class Tally {
  /** pixels by given class, and by proposed class */
  given: Uint32Array;
  proposed: Uint32Array;
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

  private readonly scene: Scene;
  /** pixels beyond the outline where a class is looked for on the other side: soft edges of a proposal end before that */
  private readonly reach: number;

  constructor(scene: Scene) {
    this.scene = scene;
    this.reach = Math.max(2, Math.round(scene.diagonal / 200));
    this.given = new Uint32Array(scene.confusions.classes);
    this.proposed = new Uint32Array(scene.confusions.classes);
  }

  /** Adds the run [start, end) of row y, all of whose pixels are labelled. */
  addRun(y: number, start: number, end: number): void {
    const { given, mask } = this.scene;
    const { width, height, label, confidence, disagreement, pGiven } = this.scene.planes;
    let [ratios, innerRatios, inner, sumGiven, sumDisagreement] = [0, 0, 0, 0, 0];
    for (let i = start; i < end; i++) {
      const ratio = LOG[confidence[i]] - LOG[pGiven[i]];
      ratios += ratio;
      sumGiven += pGiven[i];
      sumDisagreement += disagreement[i];
      this.given[given[i]]++;
      this.proposed[label[i]]++;
      const above = y > 0 && mask[i - width];
      const below = y < height - 1 && mask[i + width];
      if (above && below && i > start && i < end - 1) {
        innerRatios += ratio;
        inner++;
        continue;
      }
      if (i === start) this.addSide(i, -1, start - y * width);
      if (i === end - 1) this.addSide(i, 1, (y + 1) * width - end);
      if (!above) this.addSide(i, -width, y);
      if (!below) this.addSide(i, width, height - 1 - y);
    }
    this.ratio += ratios;
    this.pGiven += sumGiven;
    this.disagreement += sumDisagreement;
    this.inner += inner;
    this.innerRatio += innerRatios;
  }

  /** `step` leads out of the region; `room` tells how many steps stay inside the picture. */
  private addSide(i: number, step: number, room: number): void {
    const { scene, reach } = this;
    const { given, mask } = scene;
    const { label } = scene.planes;
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
