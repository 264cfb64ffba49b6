import { IGNORE } from '../../../common/dataset.ts';
import { steepnessAlong } from './appearance.ts';
import type { Region } from './candidates.ts';
import { LOG } from './log-ratio.ts';
import type { Scene } from './scene.ts';

/** What lies along and across the outline of a region. */
export interface Outline {
  /** pixels with a neighbour outside, and their log-ratio of proposed to given */
  outer: number;
  outerRatio: number;
  /** pixel sides between inside and outside, the picture's border included */
  sides: number;
  /** sides across which the given class changes, and the proposed class, and how steep the picture is there */
  givenEdge: number;
  proposedEdge: number;
  givenSteepness: number;
  proposedSteepness: number;
  /** sides with a labelled pixel outside the region a reach away */
  seen: number;
  /** of those: the same given class there, the same proposed class, the given class also proposed, any class confirmed */
  givenGoesOn: number;
  proposedGoesOn: number;
  unquestioned: number;
  confirmed: number;
}

/** The scene's mask has to be set in the region. */
export function followOutline(scene: Scene, region: Region): Outline {
  const sides = findSides(scene, region);
  const { outer, outerRatio, count } = sides;
  const outline: Outline = {
    ...{ outer, outerRatio, sides: count, seen: 0, givenGoesOn: 0, proposedGoesOn: 0, unquestioned: 0, confirmed: 0 },
    ...{ givenEdge: 0, proposedEdge: 0, givenSteepness: 0, proposedSteepness: 0 },
  };
  lookAlong(scene, sides, outline);
  lookAcross(scene, sides, outline);
  return outline;
}

/**
 * Of each side the pixel of the region, the one next to it outside, and the one a reach away; the pixel itself where that
 * would be outside the picture. Held until the next region. The reach is where a class is looked for on the other side: soft
 * edges of a proposal end before that.
 */
interface Sides {
  count: number;
  pixel: Int32Array;
  next: Int32Array;
  far: Int32Array;
  outer: number;
  outerRatio: number;
}

function findSides({ planes, mask, diagonal }: Scene, { stretches: { start, end }, members, area }: Region): Sides {
  const { width, height, confidence, pGiven } = planes;
  const reach = Math.max(2, Math.round(diagonal / 200));
  const { pixel, next, far } = roomFor(2 * (area + members.length));
  let count = 0;
  let outer = 0;
  let outerRatio = 0;
  const add = (i: number, step: number, room: number) => {
    pixel[count] = i;
    next[count] = room > 0 ? i + step : i;
    far[count++] = room < reach ? i : i + step * reach;
  };
  for (let m = 0; m < members.length; m++) {
    const first = start[members[m]];
    const last = end[members[m]] - 1;
    const y = Math.floor(first / width);
    const left = first - y * width;
    const right = (y + 1) * width - 1 - last;
    const isLeft = left === 0 || !mask[first - 1];
    const isRight = right === 0 || !mask[last + 1];
    if (isLeft) add(first, -1, left);
    if (isRight) add(last, 1, right);
    for (let i = first; i <= last; i++) {
      const isUpper = y === 0 || !mask[i - width];
      const isLower = y === height - 1 || !mask[i + width];
      if (isUpper) add(i, -width, y);
      if (isLower) add(i, width, height - 1 - y);
      if (!isUpper && !isLower && !(isLeft && i === first) && !(isRight && i === last)) continue;
      outer++;
      outerRatio += Math.fround(LOG[confidence[i]] - LOG[pGiven[i]]);
    }
  }
  return { count, pixel, next, far, outer, outerRatio };
}

/** Where the classes change, and how steep the picture is there. */
function lookAlong(
  { planes: { label }, given, appearance }: Scene,
  { count, pixel, next }: Sides,
  outline: Outline,
): void {
  let givenEdge = 0;
  let proposedEdge = 0;
  let givenSteepness = 0;
  let proposedSteepness = 0;
  for (let side = 0; side < count; side++) {
    const i = pixel[side];
    const outside = next[side];
    const givenChanges = given[i] !== given[outside];
    const proposedChanges = label[i] !== label[outside];
    if (!givenChanges && !proposedChanges) continue;
    const steepness = appearance ? steepnessAlong(appearance, i, outside) : 0;
    if (givenChanges) {
      givenEdge++;
      givenSteepness += steepness;
    }
    if (proposedChanges) {
      proposedEdge++;
      proposedSteepness += steepness;
    }
  }
  Object.assign(outline, { givenEdge, proposedEdge, givenSteepness, proposedSteepness });
}

/** What is a reach away. */
function lookAcross({ planes: { label }, given, mask }: Scene, { count, pixel, far }: Sides, outline: Outline): void {
  let seen = 0;
  let givenGoesOn = 0;
  let proposedGoesOn = 0;
  let unquestioned = 0;
  let confirmed = 0;
  for (let side = 0; side < count; side++) {
    const i = pixel[side];
    const there = far[side];
    if (mask[there] || given[there] === IGNORE) continue;
    seen++;
    if (label[there] === given[there]) confirmed++;
    if (label[there] === label[i]) proposedGoesOn++;
    if (given[there] !== given[i]) continue;
    givenGoesOn++;
    if (label[there] === given[i]) unquestioned++;
  }
  Object.assign(outline, { seen, givenGoesOn, proposedGoesOn, unquestioned, confirmed });
}

function roomFor(sides: number): Pick<Sides, 'pixel' | 'next' | 'far'> {
  if (room.pixel.length < sides) {
    const none = () => new Int32Array(2 * sides);
    room = { pixel: none(), next: none(), far: none() };
  }
  return room;
}

let room = { pixel: new Int32Array(0), next: new Int32Array(0), far: new Int32Array(0) };
