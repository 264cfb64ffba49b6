import { IGNORE } from '../../../common/dataset.ts';
import { steepnessAt } from './appearance.ts';
import { placeOf, type Objects } from './places.ts';
import type { Scene } from './scene.ts';

/** Log-ratios of proposed to given from which a pixel counts as strongly contradicted, and as all but certain. */
const STRONG = 2.1;
const CERTAIN = 3.5;

/** Sums over the pixels of one region and over the sides of its outline pixels. */
export class Tally {
  /** pixels by given class, and by proposed class */
  given: Uint32Array;
  proposed: Uint32Array;
  /** log-ratio of proposed to given, p(given) and disagreement as bytes */
  ratio = 0;
  pGiven = 0;
  disagreement = 0;
  /** pixels contradicted strongly, and all but certainly */
  strong = 0;
  certain = 0;
  /** pixels by labelled object, and by proposed object */
  givenObjects = new Map<number, number>();
  proposedObjects = new Map<number, number>();
  /** pixels with all four neighbours inside, and their log-ratio */
  inner = 0;
  innerRatio = 0;
  /** log-ratio of the colours, proposed to given, and steepness of the picture; 0 without the picture */
  colour = 0;
  steepness = 0;
  /** pixel sides between inside and outside, the picture's border included */
  sides = 0;
  /** sides across which the given class changes, and the proposed class, and how steep the picture is there */
  givenEdge = 0;
  proposedEdge = 0;
  givenSteepness = 0;
  proposedSteepness = 0;
  /** sides with a labelled pixel outside the region a reach away */
  seen = 0;
  /** of those: the same given class there, the same proposed class, the given class also proposed, any class confirmed */
  givenGoesOn = 0;
  proposedGoesOn = 0;
  unquestioned = 0;
  confirmed = 0;

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
    const { given, mask, places } = this.scene;
    const { width, height, label, disagreement, pGiven } = this.scene.planes;
    let n = placeOf(places, start);
    this.addObjects(places.given, this.givenObjects, n, n + end - start);
    this.addObjects(places.proposed, this.proposedObjects, n, n + end - start);
    let [ratios, innerRatios, inner, sumGiven, sumDisagreement] = [0, 0, 0, 0, 0];
    for (let i = start; i < end; i++, n++) {
      const ratio = places.ratio[n];
      ratios += ratio;
      if (ratio >= STRONG) this.strong++;
      if (ratio >= CERTAIN) this.certain++;
      sumGiven += pGiven[i];
      sumDisagreement += disagreement[i];
      this.given[given[i]]++;
      this.proposed[label[i]]++;
      this.colour += places.colour[n];
      this.steepness += places.steepness[n];
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

  /** Counts the places [from, to) by the object each is part of. */
  private addObjects({ of }: Objects, counts: Map<number, number>, from: number, to: number): void {
    for (let n = from; n < to;) {
      const object = of[n];
      const first = n++;
      while (n < to && of[n] === object) n++;
      counts.set(object, (counts.get(object) ?? 0) + n - first);
    }
  }

  /** `step` leads out of the region; `room` tells how many steps stay inside the picture. */
  private addSide(i: number, step: number, room: number): void {
    const { scene, reach } = this;
    const { given, mask } = scene;
    const { label } = scene.planes;
    this.sides++;
    if (room > 0) this.addEdge(i, i + step);
    const far = i + step * reach;
    if (room < reach || mask[far] || given[far] === IGNORE) return;
    this.seen++;
    if (label[far] === given[far]) this.confirmed++;
    if (label[far] === label[i]) this.proposedGoesOn++;
    if (given[far] !== given[i]) return;
    this.givenGoesOn++;
    if (label[far] === given[i]) this.unquestioned++;
  }

  /** The side between pixel i of the region and its neighbour outside. */
  private addEdge(i: number, outside: number): void {
    const { given, appearance } = this.scene;
    const { label } = this.scene.planes;
    const [givenChanges, proposedChanges] = [given[i] !== given[outside], label[i] !== label[outside]];
    if (!givenChanges && !proposedChanges) return;
    const steepness = appearance ? Math.max(steepnessAt(appearance, i), steepnessAt(appearance, outside)) : 0;
    if (givenChanges) {
      this.givenEdge++;
      this.givenSteepness += steepness;
    }
    if (proposedChanges) {
      this.proposedEdge++;
      this.proposedSteepness += steepness;
    }
  }
}
