import { basename, extname } from 'node:path';
import type { Finding } from '../../../common/dataset.ts';
import { bySameName } from './same-name.ts';

/** Which pictures count and which mask belongs to which. */
export interface Pairs {
  pictures: string[];
  maskOf: Map<string, string>;
  findings: Finding[];
}

export const withoutExtension = (file: string) => file.slice(0, file.length - extname(file).length);

/**
 * `images/a/b.jpg` belongs with `masks/a/b.png`. Of pictures that differ in nothing but the extension the first counts.
 * An accent may be a character of its own in one name and not in the other (Unicode's NFD and NFC, as macOS and zip files mix
 * them). Files are relative to the dataset; `images` and `masks` are the folders they lie in.
 */
export function pairByName(
  pictures: string[],
  images: string | null,
  masks: string[],
  maskFolder: string | null,
): Pairs {
  const pairs: Pairs = { pictures: [], maskOf: new Map(), findings: [] };
  const waiting = new Map(masks.map((file) => [withoutExtension(file).slice(maskFolder?.length), file]));
  const first = new Map<string, string>();
  const unpaired: { picture: string; key: string }[] = [];
  for (const picture of pictures) {
    const path = withoutExtension(picture);
    const twin = first.get(path);
    if (twin !== undefined) {
      pairs.findings.push({
        file: picture,
        problem: `Expected one picture of this name, found ${twin} too; left out.`,
      });
      continue;
    }
    first.set(path, picture);
    pairs.pictures.push(picture);
    if (images === null || !picture.startsWith(`${images}/`)) continue;
    const key = path.slice(images.length);
    const mask = waiting.get(key);
    if (mask === undefined) unpaired.push({ picture, key });
    else pairs.maskOf.set(picture, mask);
    waiting.delete(key);
  }
  // After all that are named alike to the byte, so that none of those loses its mask.
  const written = bySameName(new Map(Array.from(waiting.keys(), (key) => [key, key])));
  for (const { picture, key } of unpaired) {
    const same = written(key);
    const mask = same === undefined ? undefined : waiting.get(same);
    if (same === undefined || mask === undefined) continue;
    pairs.maskOf.set(picture, mask);
    waiting.delete(same);
  }
  for (const [key, file] of waiting)
    pairs.findings.push({ file, problem: `Expected a picture ${images ?? 'images'}${key}.*, found none.` });
  return pairs;
}

/** [name, picture] in natural order. The name is the stem where no other picture has it, else the path without extension. */
export function nameSamples(pictures: string[]): [name: string, picture: string][] {
  const counts = new Map<string, number>();
  const stems = pictures.map((picture) => basename(withoutExtension(picture)));
  for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return pictures
    .map((picture, i) => (counts.get(stems[i]) === 1 ? stems[i] : withoutExtension(picture)))
    .map((name, i) => ({ name, picture: pictures[i], key: naturalKey(name) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ name, picture }) => [name, picture]);
}

/** Sorts 9 before 10; the same on every machine, and far cheaper than a collator over 100,000 names. */
const naturalKey = (name: string) => name.replace(/\d+/g, (digits) => digits.padStart(16, '0'));
