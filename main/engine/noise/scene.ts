import type { Planes } from '../../../common/planes.ts';
import { countConfusions, type Confusions } from './confusions.ts';

/** One labelled picture while its regions are looked for and measured. */
export interface Scene {
  planes: Planes;
  /** class index or IGNORE, width × height */
  given: Uint8Array;
  confusions: Confusions;
  /** of the picture, pixels: the unit lengths and areas are judged by */
  diagonal: number;
  /** width × height; non-zero in the region being measured, zero everywhere else */
  mask: Uint8Array;
}

/** One scene at a time: the buffers are kept for the next picture, as those of a dataset mostly share one size. */
export function setScene(planes: Planes, given: Uint8Array, classCount: number): Scene {
  const { width, height, label } = planes;
  const size = width * height;
  if (mask.length === size) mask.fill(0);
  else mask = new Uint8Array(size);
  const confusions = countConfusions(given, label, classCount);
  return { planes, given, confusions, diagonal: Math.hypot(width, height), mask };
}

let mask = new Uint8Array(0);
