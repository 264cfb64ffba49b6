import { gatherEvidence, type Evidence } from './evidence.ts';
import { groupStretches } from './groups.ts';
import type { Scene } from './scene.ts';
import type { Stretches } from './stretches.ts';

/** Stretches that reach more floors than this are taken; the faint regions come last. */
const FLOORS = [1, 2, 0];
const FAINT = 0;

/** A region that may be an error: whole stretches of one picture. */
export interface Region {
  stretches: Stretches;
  /** indexes of stretches in raster order */
  members: Int32Array;
  /** pixels */
  area: number;
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
export function findRegions({ planes, stretches, diagonal }: Scene): Region[] {
  const minimum = Math.max(24, diagonal / 8);
  const regions: Region[] = [];
  const known = new Map<number, Region[]>();
  const sides = groupStretches(stretches, planes.width, minimum);
  for (const floor of FLOORS) {
    for (const groups of sides) {
      const { count, first, member, area } = groups[floor];
      for (let g = 0; g < count; g++) {
        const members = member.subarray(first[g], first[g + 1]);
        const alike = known.get(members[0]);
        const same = alike?.find((other) => area[g] === other.area && isSame(members, other.members));
        if (same) {
          same.seen++;
          continue;
        }
        const region = { stretches, members, area: area[g], faint: floor === FAINT, seen: 1 };
        if (alike) alike.push(region);
        else known.set(members[0], [region]);
        regions.push(region);
      }
    }
  }
  return regions;
}

/** Measures a region. */
export function measure(scene: Scene, region: Region): Candidate {
  const { stretches, members, area, faint, seen } = region;
  return { stretches, members, area, faint, seen, evidence: gatherEvidence(scene, region) };
}

/** The sum of `map`, width × height, over the pixels of a region. */
export function pixelsIn({ stretches: { start, end }, members }: Region, map: Uint8Array): number {
  let sum = 0;
  for (const n of members) for (let i = start[n]; i < end[n]; i++) sum += map[i];
  return sum;
}

/** Most errors stand alone: both sides and several floors then see the very same pixels. */
function isSame(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
