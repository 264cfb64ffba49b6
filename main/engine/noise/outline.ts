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

/** The scene's mask has to be set in the region, `bbox`: x, y, width, height. */
export function followOutline(scene: Scene, region: Region, bbox: readonly number[]): Outline {
  const sides = findSides(scene, region);
  const along = lookAlong(scene, sides, isInside(scene, bbox));
  const { sides: count } = sides;
  return { sides: count, ...lookAt(scene, sides), ...along, ...lookAcross(scene, sides) };
}

/**
 * Of each side the pixel of the region, the one next to it outside, and the one a reach away; the pixel itself where that
 * would be outside the picture. Held until the next region. The reach is where a class is looked for on the other side: soft
 * edges of a proposal end before that.
 */
interface Sides extends Pick<Outline, 'sides'> {
  pixel: Int32Array;
  next: Int32Array;
  far: Int32Array;
}

function findSides({ planes, mask, diagonal }: Scene, { stretches, members, area }: Region): Sides {
  const { start, end } = stretches;
  const { width, height } = planes;
  const reach = Math.max(2, Math.round(diagonal / 200));
  const { pixel, next, far } = roomFor(2 * (area + members.length));
  let sides = 0;
  // Members of the rows above and below: all before them end left of where a member begins.
  let above = 0;
  let below = 0;
  for (let m = 0; m < members.length; m++) {
    const first = start[members[m]];
    const last = end[members[m]] - 1;
    const y = Math.floor(first / width);
    const left = first - y * width;
    const right = (y + 1) * width - 1 - last;
    if (left === 0 || mask[first - 1] === 0) {
      pixel[sides] = first;
      next[sides] = left > 0 ? first - 1 : first;
      far[sides++] = left < reach ? first : first - reach;
    }
    if (right === 0 || mask[last + 1] === 0) {
      pixel[sides] = last;
      next[sides] = right > 0 ? last + 1 : last;
      far[sides++] = right < reach ? last : last + reach;
    }
    const [up, farUp] = [y > 0 ? width : 0, y < reach ? 0 : width * reach];
    while (above < m && end[members[above]] <= first - width) above++;
    for (let i = first, n = above; i <= last;) {
      const open = n < m ? Math.min(start[members[n]] + width, last + 1) : last + 1;
      for (; i < open; i++) {
        pixel[sides] = i;
        next[sides] = i - up;
        far[sides++] = i - farUp;
      }
      if (n < m) i = Math.max(i, end[members[n++]] + width);
    }
    const [down, farDown] = [y < height - 1 ? width : 0, height - 1 - y < reach ? 0 : width * reach];
    while (below < members.length && end[members[below]] <= first + width) below++;
    for (let i = first, n = below; i <= last;) {
      const open = n < members.length ? Math.min(start[members[n]] - width, last + 1) : last + 1;
      for (; i < open; i++) {
        pixel[sides] = i;
        next[sides] = i + down;
        far[sides++] = i + farDown;
      }
      if (n < members.length) i = Math.max(i, end[members[n++]] - width);
    }
  }
  return { sides, pixel, next, far };
}

/** Pixels that have a side, each counted once: the mask tells which have been, by another value than that of the rest. */
function lookAt({ planes: { confidence, pGiven }, mask }: Scene, { sides, pixel }: Sides) {
  let outer = 0;
  let outerRatio = 0;
  for (let side = 0; side < sides; side++) {
    const i = pixel[side];
    if (mask[i] === SEEN) continue;
    mask[i] = SEEN;
    outer++;
    outerRatio += Math.fround(LOG[confidence[i]] - LOG[pGiven[i]]);
  }
  return { outer, outerRatio };
}

const SEEN = 2;

/** Whether all of it, and what is next to it, is off the border of the picture. */
const isInside = ({ planes: { width, height } }: Scene, [x, y, across, down]: readonly number[]): boolean =>
  x > 1 && y > 1 && x + across < width - 1 && y + down < height - 1;

/** Where the classes change, and how steep the picture is there. */
function lookAlong({ planes: { label }, given, appearance }: Scene, { sides, pixel, next }: Sides, inside: boolean) {
  let givenEdge = 0;
  let proposedEdge = 0;
  let givenSteepness = 0;
  let proposedSteepness = 0;
  for (let side = 0; side < sides; side++) {
    const i = pixel[side];
    const outside = next[side];
    const givenChanges = given[i] !== given[outside];
    const proposedChanges = label[i] !== label[outside];
    if (!givenChanges && !proposedChanges) continue;
    const steepness = appearance ? steepnessAlong(appearance, i, outside, inside) : 0;
    if (givenChanges) {
      givenEdge++;
      givenSteepness += steepness;
    }
    if (proposedChanges) {
      proposedEdge++;
      proposedSteepness += steepness;
    }
  }
  return { givenEdge, proposedEdge, givenSteepness, proposedSteepness };
}

/** What is a reach away. */
function lookAcross({ planes: { label }, given, mask }: Scene, { sides, pixel, far }: Sides) {
  let seen = 0;
  let givenGoesOn = 0;
  let proposedGoesOn = 0;
  let unquestioned = 0;
  let confirmed = 0;
  for (let side = 0; side < sides; side++) {
    const there = far[side];
    if (mask[there] !== 0) continue;
    const labelled = given[there];
    if (labelled === IGNORE) continue;
    const i = pixel[side];
    const isProposed = label[there];
    seen++;
    if (isProposed === labelled) confirmed++;
    if (isProposed === label[i]) proposedGoesOn++;
    if (labelled !== given[i]) continue;
    givenGoesOn++;
    if (isProposed === labelled) unquestioned++;
  }
  return { seen, givenGoesOn, proposedGoesOn, unquestioned, confirmed };
}

function roomFor(sides: number): Pick<Sides, 'pixel' | 'next' | 'far'> {
  if (room.pixel.length < sides) {
    const none = () => new Int32Array(2 * sides);
    room = { pixel: none(), next: none(), far: none() };
  }
  return room;
}

let room = { pixel: new Int32Array(0), next: new Int32Array(0), far: new Int32Array(0) };
