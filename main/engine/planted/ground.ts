import { IGNORE, type SampleRow } from '../../../common/dataset.ts';
import { paintRle } from '../../../common/rle.ts';
import type { CaseDetail } from '../../../common/case.ts';
import { findComponents } from '../masks/components.ts';

/** One labelled picture that errors can be planted in. */
export interface Ground {
  sample: Pick<SampleRow, 'name' | 'width' | 'height'>;
  width: number;
  height: number;
  /** class index or IGNORE, width × height; stays as it is */
  given: Uint8Array;
  /** 1 where a case says that the label may be wrong already */
  doubt: Uint8Array;
  /** pixels of this picture to one of a picture of 480×360: lengths are told for that size */
  unit: number;
}

/** A connected region of one class. */
export interface LabelObject {
  class: number;
  /** indexes of its pixels, ascending */
  pixels: Int32Array;
  /** x, y, width, height */
  bbox: readonly [number, number, number, number];
}

/** A case of this score or more makes a label doubtful. */
export const DOUBT = 0.1;
/** A region of which more is doubtful is not planted in. */
const MOST_DOUBTFUL = 0.1;

/** Errors smaller than this, at 480×360, do not count: nobody would call them errors. */
const LEAST_AREA = 120;
/** Above this share of the picture a region is no object that is forgotten or mistaken as a whole. */
const LARGEST = 0.1;

export function groundOf(sample: Ground['sample'], given: Uint8Array, cases: readonly CaseDetail[]): Ground {
  const { width, height } = sample;
  const doubt = new Uint8Array(given.length);
  for (const { score, rle } of cases) if (score >= DOUBT) paintRle(rle, doubt, width, height, 1);
  return { sample, width, height, given, doubt, unit: Math.hypot(width, height) / 600 };
}

/** Fewest pixels of an error worth a person's time; a few dozen in the smallest pictures, as cases are no smaller. */
export const leastArea = ({ unit }: Pick<Ground, 'unit'>): number => Math.max(24, Math.round(LEAST_AREA * unit ** 2));

/** Whether the label of these pixels is likely right. */
export function isLikelyRight({ doubt }: Pick<Ground, 'doubt'>, pixels: Int32Array): boolean {
  let doubtful = 0;
  for (const i of pixels) doubtful += doubt[i];
  return doubtful <= MOST_DOUBTFUL * pixels.length;
}

/** Whether it is so small a part of its picture that all of it may be forgotten, mistaken or invented. */
export const isWhole = ({ width, height }: Pick<Ground, 'width' | 'height'>, { pixels }: LabelObject): boolean =>
  pixels.length <= LARGEST * width * height;

/** The objects of a label map large enough to be an error, in raster order. */
export function findObjects({ width, height, given, unit }: Omit<Ground, 'doubt' | 'sample'>): LabelObject[] {
  const { count, first, start, end, area, value } = findComponents(given, width, height, IGNORE);
  const objects: LabelObject[] = [];
  for (let c = 0; c < count; c++) {
    if (area[c] < leastArea({ unit })) continue;
    const pixels = new Int32Array(area[c]);
    let at = 0;
    for (let run = first[c]; run < first[c + 1]; run++) for (let i = start[run]; i < end[run]; i++) pixels[at++] = i;
    objects.push({ class: value[c], pixels, bbox: boxOf(pixels, width) });
  }
  return objects;
}

/** x, y, width, height of ascending pixels. */
export function boxOf(pixels: Int32Array, width: number): [number, number, number, number] {
  let [left, right] = [width, 0];
  for (const i of pixels) {
    const x = i % width;
    if (x < left) left = x;
    if (x >= right) right = x + 1;
  }
  const top = Math.floor(pixels[0] / width);
  return [left, top, right - left, Math.floor(pixels[pixels.length - 1] / width) + 1 - top];
}
