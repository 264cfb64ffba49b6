import type { Planes } from '../../../common/planes.ts';
import { coverMap } from '../masks/components.ts';
import { countConfusions, type Confusions } from './confusions.ts';
import { lookAt, type Appearance } from './appearance.ts';
import { toObjects, type Objects } from './objects.ts';
import { layOver } from './overlay.ts';
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
  /** how many classes the dataset has */
  classes: number;
  /** log-ratios are multiplied by it before they are taken at their word, see surenessOf */
  sureness: number;
  /** width × height; non-zero in the region being measured, zero everywhere else */
  mask: Uint8Array;
}

/**
 * One scene at a time: the mask is kept for the next picture, as those of a dataset mostly share one size. `rgb`: the
 * picture, width × height × 3 bytes.
 */
export function setScene(
  planes: Planes,
  given: Uint8Array,
  classCount: number,
  rgb: Uint8Array | null,
  sureness: number,
): Scene {
  const { width, height, label } = planes;
  const size = width * height;
  if (mask.length === size) mask.fill(0);
  else mask = new Uint8Array(size);
  const [labelled, proposed] = [coverMap(given, width, height), coverMap(label, width, height)];
  const overlay = layOver(labelled, proposed);
  const appearance = rgb && lookAt(rgb, planes, given, classCount);
  const stretches = findStretches(overlay, planes, given, sureness);
  const { start, end, givenObject, proposedObject } = stretches;
  return {
    ...{ planes, given, appearance, stretches, mask },
    confusions: countConfusions(overlay, given, label, classCount),
    sums: sumUp(stretches, planes, appearance),
    givenObjects: toObjects(labelled, givenObject, start, end),
    proposedObjects: toObjects(proposed, proposedObject, start, end),
    diagonal: Math.hypot(width, height),
    classes: classCount,
    sureness,
  };
}

let mask = new Uint8Array(0);
