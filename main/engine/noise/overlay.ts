import { doubled, type Cover } from '../masks/components.ts';

/**
 * Two maps laid over each other: parts of rows that share their given class and their proposed class, in raster order,
 * all pixels of the picture in one each. A tenth as many as pixels, or fewer: what holds for all of a part is asked once.
 */
export interface Overlay {
  count: number;
  /** index of a part's first pixel, and after its last; entries from `count` on mean nothing */
  start: Int32Array;
  end: Int32Array;
  /** components of the two maps */
  givenObject: Int32Array;
  proposedObject: Int32Array;
}

/** Held until the next call: the buffers are used again. */
export function layOver(given: Cover, proposed: Cover): Overlay {
  let count = 0;
  for (let at = 0, g = 0, p = 0; g < given.end.length; count++) {
    if (count === overlay.start.length) grow();
    const { start, end, givenObject, proposedObject } = overlay;
    start[count] = at;
    at = Math.min(given.end[g], proposed.end[p]);
    end[count] = at;
    givenObject[count] = given.of[g];
    proposedObject[count] = proposed.of[p];
    if (given.end[g] === at) g++;
    if (proposed.end[p] === at) p++;
  }
  return { ...overlay, count };
}

const overlay = {
  start: new Int32Array(4096),
  end: new Int32Array(4096),
  givenObject: new Int32Array(4096),
  proposedObject: new Int32Array(4096),
};

function grow(): void {
  overlay.start = doubled(overlay.start);
  overlay.end = doubled(overlay.end);
  overlay.givenObject = doubled(overlay.givenObject);
  overlay.proposedObject = doubled(overlay.proposedObject);
}
