import { inHashOrder } from '../hash-order.ts';

/** Pictures of a dataset of which a sample of p̄ is kept, so that neither disk nor calibration grow with it. */
const PICTURES = 1000;
/** Places in a picture, and bytes that may lie there as float16. */
const PLACES = 1024;
const BYTES = 32 << 10;

/** Names of the samples of which p̄ is kept: all if they are few, else the same ones whatever part is scanned when. */
export function sampledOf(names: readonly string[]): ReadonlySet<string> {
  if (names.length <= PICTURES) return new Set(names);
  return new Set(inHashOrder(names, (name) => name).slice(0, PICTURES));
}

/**
 * Indexes of pixels, ascending, one at a random place of each cell of a regular grid: even over the picture, and never in
 * step with the grid a network decides on. The same ones for all pictures of a size, and the same array as long as that
 * does not change.
 */
export function placesIn({ width, height }: { width: number; height: number }, classes: number): Uint32Array {
  const key = [width, height, classes].join();
  if (latest?.key !== key) latest = { key, places: chosen(width, height, classes) };
  return latest.places;
}

let latest: { key: string; places: Uint32Array } | null = null;

function chosen(width: number, height: number, classes: number): Uint32Array {
  const most = Math.min(PLACES, Math.floor(BYTES / 2 / (classes + 1)), width * height);
  const side = Math.sqrt((width * height) / most);
  const [across, down] = [width, height].map((length) => Math.max(1, Math.floor(length / side)));
  const random = chances();
  const places = new Uint32Array(across * down);
  for (let cell = 0; cell < places.length; cell++) {
    const x = Math.floor((((cell % across) + random()) * width) / across);
    const y = Math.floor(((Math.floor(cell / across) + random()) * height) / down);
    places[cell] = y * width + x;
  }
  return places.sort();
}

/** Share of a picture's diagonal that is near an outline; least pixels. */
const NEAR = 0.005;
const LEAST_NEAR = 2;

/** 1 for places within a few pixels of another label, 0 for all others. `given`: a label for each of width × height pixels. */
export function nearOutline(places: Uint32Array, given: Uint8Array, width: number, height: number): Uint8Array {
  const radius = Math.max(LEAST_NEAR, Math.round(NEAR * Math.hypot(width, height)));
  const reach = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radius ** 2 - (i - radius) ** 2)),
  );
  const near = new Uint8Array(places.length);
  for (let n = 0; n < places.length; n++) {
    const [x, label] = [places[n] % width, given[places[n]]];
    const y = (places[n] - x) / width;
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height - 1, y + radius)];
    for (let row = top; row <= bottom && !near[n]; row++) {
      const wide = reach[row - y + radius];
      const last = row * width + Math.min(width - 1, x + wide);
      for (let i = row * width + Math.max(0, x - wide); i <= last; i++) if (given[i] !== label) near[n] = 1;
    }
  }
  return near;
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
