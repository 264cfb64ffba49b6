import { randomFrom } from './random.ts';

/**
 * `count` different numbers out of 0 … n − 1 at random, in the order drawn. The same seed draws the same; asking for more
 * goes on where fewer ended.
 */
export function draw(seed: string, n: number, count: number): number[] {
  const random = randomFrom(hash(seed));
  const moved = new Map<number, number>();
  const at = (i: number) => moved.get(i) ?? i;
  // The beginning of a Fisher–Yates shuffle; only places that changed are kept.
  return Array.from({ length: Math.min(n, count) }, (_, i) => {
    const j = i + Math.floor(random() * (n - i));
    const drawn = at(j);
    moved.set(j, at(i));
    return drawn;
  });
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
