import type { Planes } from '../../../common/planes.ts';
import { countConfusions, type Confusions } from './confusions.ts';
import { lookAt, type Appearance } from './appearance.ts';
import { findPlaces, type Places } from './places.ts';

/** One labelled picture while its regions are looked for and measured. */
export interface Scene {
  planes: Planes;
  /** class index or IGNORE, width × height */
  given: Uint8Array;
  /** what the picture itself says; null: the picture is not at hand */
  appearance: Appearance | null;
  places: Places;
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
  const places = findPlaces(planes, given, appearance);
  return { planes, given, appearance, places, confusions, diagonal: Math.hypot(width, height), mask, taken };
}

let mask = new Uint8Array(0);
let taken = new Uint8Array(0);
