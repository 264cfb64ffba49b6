import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { findComponentsAt, type Components } from '../masks/components.ts';
import { gatherEvidence, type Evidence } from './evidence.ts';
import { ceilings } from './log-ratio.ts';
import { LOWEST_FLOOR, type Places } from './places.ts';
import type { Scene } from './scene.ts';

/**
 * How strongly a pixel must contradict its label to belong to a candidate: log-ratio of proposed to given. The middle
 * floor follows an error to its outline; the high one cuts it free where weak disagreement joins it to something else; the
 * low one is for errors that the models barely see.
 */
const FLOORS = [0.7, 2.1, LOWEST_FLOOR].map(ceilings);
const FAINT = 2;

/** A region that may be an error: component `index` of `components`. */
export interface Region {
  components: Components;
  index: number;
  /** at the low floor: worth a case only where nothing else is found */
  faint: boolean;
  /** sides and floors that see the very same pixels: the more, the more it stands alone */
  seen: number;
}

/** The same with what is known of it. */
export interface Candidate extends Region {
  evidence: Evidence;
}

/**
 * Regions that may be errors, from both sides: contradicted pixels that share their proposed class (what the label
 * lacks is of one class, over whatever is labelled there), and contradicted pixels that share their given class (what
 * is labelled but not there is of one class, whatever lies behind it). Regions of different sides and floors overlap, but
 * none is there twice. Pixels without a label are in none; specks are left out. The faint ones come last.
 */
export function findRegions({ planes, places, diagonal }: Scene): Region[] {
  const { index: all, given, proposed } = places;
  const minimum = Math.max(24, diagonal / 8);
  if (keys.length < all.length) keys = new Uint8Array(2 * all.length);
  const regions: Region[] = [];
  const known = new Map<number, Region[]>();
  for (const [floor, ceiling] of FLOORS.entries()) {
    const outside = findOutside(ceiling, places, planes);
    for (const { value } of [proposed, given]) {
      for (let n = 0; n < all.length; n++) keys[n] = value[n] | outside[n];
      const components = findComponentsAt(all, keys, planes.width, IGNORE);
      for (let index = 0; index < components.count; index++) {
        if (components.area[index] < minimum) continue;
        const region = { components, index, faint: floor === FAINT, seen: 1 };
        const start = components.start[components.first[index]];
        const alike = known.get(start);
        const same = alike?.find((other) => isSame(other, region));
        if (same) {
          same.seen++;
          continue;
        }
        if (alike) alike.push(region);
        else known.set(start, [region]);
        regions.push(region);
      }
    }
  }
  return regions;
}

/** Measures a region. */
export const measure = (scene: Scene, region: Region): Candidate => ({
  ...region,
  evidence: gatherEvidence(scene, region.components, region.index),
});

/** Most errors stand alone: both sides and several floors then see the very same pixels. */
function isSame(a: Region, b: Region): boolean {
  const [x, y] = [a.components, b.components];
  const [i, j] = [x.first[a.index], y.first[b.index]];
  const runs = x.first[a.index + 1] - i;
  if (x.area[a.index] !== y.area[b.index] || runs !== y.first[b.index + 1] - j) return false;
  for (let run = 0; run < runs; run++)
    if (x.start[i + run] !== y.start[j + run] || x.end[i + run] !== y.end[j + run]) return false;
  return true;
}

/** At each place the class it has on one side, IGNORE where it is in no region. */
let keys = new Uint8Array(0);

/** IGNORE where a place contradicts its label less than that, else 0. Where that is nobody could guess, so nothing is asked. */
function findOutside(ceiling: Int16Array, { index }: Places, { confidence, pGiven }: Planes): Uint8Array {
  const outside = new Uint8Array(index.length);
  for (let n = 0; n < index.length; n++) {
    const i = index[n];
    outside[n] = ((ceiling[confidence[i]] - pGiven[i]) >> 31) & IGNORE;
  }
  return outside;
}
