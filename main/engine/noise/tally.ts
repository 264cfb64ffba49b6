import { IGNORE } from '../../../common/dataset.ts';
import { steepnessAlong } from './appearance.ts';
import type { Objects } from './places.ts';
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
  /** labelled objects and proposed objects it holds pixels of, in the order they were met; how many, the places know */
  givenObjects: number[] = [];
  proposedObjects: number[] = [];
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

  /** Adds the run [start, end) of row y, all of whose pixels are places, from `place` on. */
  addRun(y: number, start: number, end: number, place: number): void {
    const { places } = this.scene;
    addObjects(places.given, this.givenObjects, this.given, place, place + end - start);
    addObjects(places.proposed, this.proposedObjects, this.proposed, place, place + end - start);
    this.addPixels(start, end, place);
    this.addOutline(y, start, end, place);
  }

  private addPixels(start: number, end: number, place: number): void {
    const { disagreement, pGiven } = this.scene.planes;
    const { ratio, colour, steepness } = this.scene.places;
    let ratios = 0;
    let strong = 0;
    let certain = 0;
    let sumGiven = 0;
    let sumDisagreement = 0;
    let colours = 0;
    let steepnesses = 0;
    for (let i = start, n = place; i < end; i++, n++) {
      ratios += ratio[n];
      if (ratio[n] >= STRONG) strong++;
      if (ratio[n] >= CERTAIN) certain++;
      sumGiven += pGiven[i];
      sumDisagreement += disagreement[i];
      colours += colour[n];
      steepnesses += steepness[n];
    }
    this.ratio += ratios;
    this.strong += strong;
    this.certain += certain;
    this.pGiven += sumGiven;
    this.disagreement += sumDisagreement;
    this.colour += colours;
    this.steepness += steepnesses;
  }

  private addOutline(y: number, start: number, end: number, place: number): void {
    const { mask, planes, places } = this.scene;
    const { width, height } = planes;
    const { ratio } = places;
    let ratios = 0;
    let inner = 0;
    this.addSide(start, -1, start - y * width);
    this.addSide(end - 1, 1, (y + 1) * width - end);
    for (let i = start, n = place; i < end; i++, n++) {
      const above = y > 0 && mask[i - width];
      const below = y < height - 1 && mask[i + width];
      if (above && below) {
        if (i === start || i === end - 1) continue;
        ratios += ratio[n];
        inner++;
        continue;
      }
      if (!above) this.addSide(i, -width, y);
      if (!below) this.addSide(i, width, height - 1 - y);
    }
    this.inner += inner;
    this.innerRatio += ratios;
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

/** Counts the places [from, to) by class, and by the object each is part of. */
function addObjects(
  { of, value, until, here }: Objects,
  met: number[],
  classes: Uint32Array,
  from: number,
  to: number,
): void {
  for (let n = from; n < to;) {
    const object = of[n];
    const next = Math.min(to, until[n]);
    if (here[object] === 0) met.push(object);
    here[object] += next - n;
    classes[value[n]] += next - n;
    n = next;
  }
}
