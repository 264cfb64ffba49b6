import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IGNORE } from '../../common/dataset.ts';
import { findComponents } from '../../main/engine/masks/components.ts';

/** One known error of one picture. */
export interface KnownError {
  sample: string;
  /** as the truth folder names it; `unknown` where it does not */
  kind: string;
  /** 1 on its pixels, width × height */
  mask: Uint8Array;
  area: number;
}

type Listed = Record<string, { kind: string; bbox: [number, number, number, number] }[]>;

/** `errors.json` of the truth folder: `{sample: [{kind, bbox}]}`; null where there is none. */
export async function readListed(truthFolder: string): Promise<Listed | null> {
  const text = await readFile(join(truthFolder, 'errors.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Listed);
}

/** 1 where the given label is wrong; pixels without a label, given or true, never are. */
export function wrongPixels(given: Uint8Array, truth: Uint8Array): Uint8Array {
  return given.map((label, i) => (label !== IGNORE && truth[i] !== IGNORE && label !== truth[i] ? 1 : 0));
}

/** The wrong pixels inside each listed box, or, without a list, their connected regions. */
export function errorsOf(sample: string, wrong: Uint8Array, width: number, listed: Listed | null): KnownError[] {
  if (listed) return (listed[sample] ?? []).map(({ kind, bbox }) => withArea(sample, kind, cut(wrong, width, bbox)));
  const regions = findComponents(wrong, width, wrong.length / width, 0);
  return Array.from({ length: regions.count }, (_, c) => {
    const mask = new Uint8Array(wrong.length);
    for (let run = regions.first[c]; run < regions.first[c + 1]; run++)
      mask.fill(1, regions.start[run], regions.end[run]);
    return withArea(sample, 'unknown', mask);
  });
}

function cut(wrong: Uint8Array, width: number, [left, top, across, down]: [number, number, number, number]) {
  const mask = new Uint8Array(wrong.length);
  for (let y = top; y < top + down; y++) {
    const from = y * width + left;
    mask.set(wrong.subarray(from, from + across), from);
  }
  return mask;
}

const withArea = (sample: string, kind: string, mask: Uint8Array): KnownError => ({
  sample,
  kind,
  mask,
  area: mask.reduce((sum, one) => sum + one, 0),
});
