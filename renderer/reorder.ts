/** Places that are looked at for what is new among them. */
const NEXT = 50;

/**
 * Ranks the open cases of a list anew without moving any other: they share the places they have, the best first; ties stay in
 * the order of their keys, which is that of the scan. `isFree` is asked from `from` on, up to the first that is not ranked.
 * `raised`: cases that came into the next 50 of those places.
 */
export function reorder(
  keys: readonly string[],
  from: number,
  { isRanked, isFree, scoreOf }: Ranking,
): { keys: readonly string[]; raised: number } {
  const places: number[] = [];
  const free: { key: string; score: number }[] = [];
  for (let i = Math.max(0, from); i < keys.length && isRanked(keys[i]); i++) {
    if (!isFree(keys[i], i)) continue;
    places.push(i);
    free.push({ key: keys[i], score: scoreOf(keys[i]) });
  }
  free.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
  if (places.every((place, n) => keys[place] === free[n].key)) return { keys, raised: 0 };
  const next = new Set(places.slice(0, NEXT).map((place) => keys[place]));
  const raised = free.slice(0, NEXT).filter(({ key }) => !next.has(key)).length;
  const made = [...keys];
  places.forEach((place, n) => (made[place] = free[n].key));
  return { keys: made, raised };
}

export interface Ranking {
  isRanked: (key: string) => boolean;
  isFree: (key: string, index: number) => boolean;
  scoreOf: (key: string) => number;
}
