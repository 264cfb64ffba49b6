import type { Planes } from '../../../common/planes.ts';
import { countConfusions, type Confusions } from './confusions.ts';
import { lookAt, type Appearance } from './appearance.ts';
import { findObjects, type Objects } from './objects.ts';
import { findStretches, type Stretches } from './stretches.ts';
import { sumUp, type Sums } from './sums.ts';

/** One labelled picture while its regions are looked for and measured. */
export interface Scene {
  planes: Planes;
  /** class index or IGNORE, width × height */
  given: Uint8Array;
  /** what the picture itself says; null: the picture is not at hand */
  appearance: Appearance | null;
  stretches: Stretches;
  sums: Sums;
  /** labelled objects, and proposed ones */
  givenObjects: Objects;
  proposedObjects: Objects;
  confusions: Confusions;
  /** of the picture, pixels: the unit lengths and areas are judged by */
  diagonal: number;
  /** width × height; non-zero in the region being measured, zero everywhere else */
  mask: Uint8Array;
  /** width × height; non-zero in the regions chosen so far */
  taken: Uint8Array;
}

/**
 * One scene at a time: the buffers are kept for the next picture, as those of a dataset mostly share one size. `rgb`: the
 * picture, width × height × 3 bytes.
 */
export function setScene(planes: Planes, given: Uint8Array, classCount: number, rgb: Uint8Array | null): Scene {
  const { width, height, label } = planes;
  const size = width * height;
  for (const map of [mask, taken]) map.fill(0);
  if (mask.length !== size) [mask, taken] = [new Uint8Array(size), new Uint8Array(size)];
  const confusions = countConfusions(given, label, classCount);
  const appearance = rgb && lookAt(rgb, planes, given, classCount);
  const stretches = findStretches(planes, given);
  return {
    ...{ planes, given, appearance, stretches, confusions, mask, taken },
    sums: sumUp(stretches, planes, given, appearance),
    givenObjects: findObjects(given, planes, stretches),
    proposedObjects: findObjects(label, planes, stretches),
    diagonal: Math.hypot(width, height),
  };
}

let mask = new Uint8Array(0);
let taken = new Uint8Array(0);
