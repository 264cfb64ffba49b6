import { createHash } from 'node:crypto';
import { IGNORE } from '../../../common/dataset.ts';
import type { Pixels } from './source.ts';

/** Pictures of a dataset of which a sample of p̄ is kept, so that neither disk nor calibration grow with it. */
const PICTURES = 1000;
/** Places in a picture, and bytes that may lie there as float16. */
const PLACES = 1024;
const BYTES = 32 << 10;

/** Names of the samples of which p̄ is kept: all if they are few, else the same ones whatever part is scanned when. */
export function sampledOf(names: readonly string[]): ReadonlySet<string> {
  if (names.length <= PICTURES) return new Set(names);
  const hashed = names.map((name) => [createHash('sha256').update(name).digest('hex'), name] as const);
  return new Set(
    hashed
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, PICTURES)
      .map(([, name]) => name),
  );
}

/**
 * Indexes of pixels, ascending, one at a random place of each cell of a regular grid: even over the picture, and never in
 * step with the grid a network decides on. Pixels whose label is none or one nobody can say are left out.
 * `said`: class indexes members can say.
 */
export function placesIn(
  { width, height, given }: Pixels,
  classes: number,
  said: ReadonlySet<number | null>,
): Uint32Array {
  if (!given) return new Uint32Array();
  const most = Math.min(PLACES, Math.floor(BYTES / 2 / (classes + 1)), width * height);
  const side = Math.sqrt((width * height) / most);
  const [across, down] = [width, height].map((length) => Math.max(1, Math.floor(length / side)));
  const random = chances();
  const places: number[] = [];
  for (let cell = 0; cell < across * down; cell++) {
    const x = Math.floor((((cell % across) + random()) * width) / across);
    const y = Math.floor(((Math.floor(cell / across) + random()) * height) / down);
    const label = given[y * width + x];
    if (label !== IGNORE && said.has(label)) places.push(y * width + x);
  }
  return Uint32Array.from(places).sort();
}

/** Share of a picture's diagonal that is near an outline; least pixels. */
const NEAR = 0.005;
const LEAST_NEAR = 2;

/** 1 for places within a few pixels of another label, 0 for all others. `given`: a label for each of width × height pixels. */
export function nearOutline(places: Uint32Array, given: Uint8Array, width: number, height: number): Uint8Array {
  const radius = Math.max(LEAST_NEAR, Math.round(NEAR * Math.hypot(width, height)));
  return Uint8Array.from(places, (place) => (isNear(place, radius, given, width, height) ? 1 : 0));
}

function isNear(place: number, radius: number, given: Uint8Array, width: number, height: number): boolean {
  const [x, y] = [place % width, Math.floor(place / width)];
  for (let row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row++) {
    const reach = Math.floor(Math.sqrt(radius ** 2 - (row - y) ** 2));
    const last = row * width + Math.min(width - 1, x + reach);
    for (let i = row * width + Math.max(0, x - reach); i <= last; i++) if (given[i] !== given[place]) return true;
  }
  return false;
}

/** Marsaglia's xorshift, from 0 to below 1: the same for every picture. */
function chances(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
