import { IGNORE } from '../../../common/dataset.ts';
import { joinRuns, type Components } from '../masks/components.ts';
import { gatherEvidence, type Evidence } from './evidence.ts';
import type { Scene } from './scene.ts';
import type { Stretches } from './stretches.ts';

/** Stretches that reach more floors than this are taken; the faint regions come last. */
const FLOORS = [1, 2, 0];
const FAINT = 0;

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
export function findRegions({ planes, stretches, givenObjects, proposedObjects, diagonal }: Scene): Region[] {
  const minimum = Math.max(24, diagonal / 8);
  const regions: Region[] = [];
  const known = new Map<number, Region[]>();
  for (const floor of FLOORS) {
    for (const { value } of [proposedObjects, givenObjects]) {
      const components = joinRuns(stretches, reaching(stretches, floor, value), planes.width, IGNORE);
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

/** The class of each stretch that reaches more than `floor` floors, IGNORE of the others. */
function reaching({ floors }: Stretches, floor: number, value: Uint8Array): Uint8Array {
  const classes = new Uint8Array(value.length);
  for (let n = 0; n < value.length; n++) classes[n] = floors[n] > floor ? value[n] : IGNORE;
  return classes;
}
