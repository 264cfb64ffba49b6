import type { Planes } from '../../../common/planes.ts';
import { componentsOf } from '../masks/components.ts';
import type { Stretches } from './stretches.ts';

/** Connected regions of one class of a whole map, as seen from the stretches. */
export interface Objects {
  /** of each stretch: its class, and the object it is part of */
  value: Uint8Array;
  of: Int32Array;
  /** pixels of each object, and how many of them are contradicted */
  area: Int32Array;
  contradicted: Int32Array;
  /** pixels of each object in the region being measured; zero otherwise */
  here: Int32Array;
}

/** The objects of a map of classes, width × height. */
export function findObjects(map: Uint8Array, { width, height }: Planes, { start, end }: Stretches): Objects {
  const { of, area } = componentsOf(map, width, height, start);
  const value = new Uint8Array(of.length);
  const contradicted = new Int32Array(area.length);
  for (let n = 0; n < of.length; n++) {
    value[n] = map[start[n]];
    contradicted[of[n]] += end[n] - start[n];
  }
  return { value, of, area, contradicted, here: new Int32Array(area.length) };
}
