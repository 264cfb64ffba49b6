import { extname } from 'node:path/posix';
import type { SampleRow } from '../../../common/dataset.ts';

/**
 * Where each sample goes: its path below images/ (or unlabeled/) without extension, by sample name. Where two samples want
 * one path, labelled ones come first and the others get a number. Unique on file systems that ignore case, too.
 */
export function exportStems(samples: readonly SampleRow[]): Map<string, string> {
  const taken = new Set<string>();
  const stems = new Map<string, string>();
  const labelledFirst = [...samples.filter(({ mask }) => mask), ...samples.filter(({ mask }) => !mask)];
  for (const { name, image } of labelledFirst) {
    const wanted = stemOf(image);
    let stem = wanted;
    for (let n = 2; taken.has(key(stem)); n++) stem = `${wanted}-${n}`;
    taken.add(key(stem));
    stems.set(name, stem);
  }
  return stems;
}

/** `images/a/b.jpg` → `a/b` */
export function stemOf(file: string): string {
  const below = file.slice(file.indexOf('/') + 1);
  return below.slice(0, below.length - extname(below).length);
}

const key = (stem: string) => stem.normalize('NFC').toLowerCase();
