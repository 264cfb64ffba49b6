import type { Cover } from '../masks/components.ts';

/** Connected regions of one class of a whole map. */
export interface Objects {
  /** pixels of each object, and how many of them are contradicted */
  area: Int32Array;
  contradicted: Int32Array;
  /** pixels of each object in the region being measured; zero otherwise */
  here: Int32Array;
}

/** `of`: the object each stretch is part of. */
export function toObjects({ area }: Cover, of: Int32Array, start: Int32Array, end: Int32Array): Objects {
  const contradicted = new Int32Array(area.length);
  for (let n = 0; n < of.length; n++) contradicted[of[n]] += end[n] - start[n];
  return { area, contradicted, here: new Int32Array(area.length) };
}
