import { IGNORE } from '../../../common/dataset.ts';
import { steepnessAlong } from './appearance.ts';
import { ratioAt } from './log-ratio.ts';
import type { Objects } from './objects.ts';
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
  /** pixels contradicted strongly, and all but certainly */
  strong = 0;
  certain = 0;
  /** labelled objects and proposed objects it holds pixels of, in the order they were met; how many, the objects know */
  givenObjects: number[] = [];
  proposedObjects: number[] = [];
  /** pixels with a neighbour outside, and their log-ratio */
  outer = 0;
  outerRatio = 0;
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

  /** Adds the run [start, end) of row y, whole stretches of which `first` is the first. */
  addRun(y: number, start: number, end: number, first: number): void {
    const { stretches, givenObjects, proposedObjects } = this.scene;
    for (let n = first; n < stretches.start.length && stretches.start[n] < end; n++) {
      const pixels = stretches.end[n] - stretches.start[n];
      this.addSums(n);
      this.given[givenObjects.value[n]] += pixels;
      this.proposed[proposedObjects.value[n]] += pixels;
      addObject(givenObjects, this.givenObjects, n, pixels);
      addObject(proposedObjects, this.proposedObjects, n, pixels);
    }
    this.addOutline(y, start, end);
  }

  private addSums(n: number): void {
    const { sums } = this.scene;
    this.ratio += sums.ratio[n];
    this.strong += sums.strong[n];
    this.certain += sums.certain[n];
    this.pGiven += sums.pGiven[n];
    this.disagreement += sums.disagreement[n];
    this.colour += sums.colour[n];
    this.steepness += sums.steepness[n];
  }

  private addOutline(y: number, start: number, end: number): void {
    const { mask, planes } = this.scene;
    const { width, height } = planes;
    this.addSide(start, -1, start - y * width);
    this.addSide(end - 1, 1, (y + 1) * width - end);
    for (let i = start; i < end; i++) {
      const above = y > 0 && mask[i - width];
      const below = y < height - 1 && mask[i + width];
      if (above && below && i > start && i < end - 1) continue;
      this.outer++;
      this.outerRatio += ratioAt(planes, i);
      if (!above) this.addSide(i, -width, y);
      if (!below) this.addSide(i, width, height - 1 - y);
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
    const givenChanges = given[i] !== given[outside];
    const proposedChanges = label[i] !== label[outside];
    if (!givenChanges && !proposedChanges) return;
    const steepness = appearance ? steepnessAlong(appearance, i, outside) : 0;
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

/** Counts stretch n by the object it is part of. */
function addObject({ of, here }: Objects, met: number[], n: number, pixels: number): void {
  const object = of[n];
  if (here[object] === 0) met.push(object);
  here[object] += pixels;
}
