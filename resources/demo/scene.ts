import { color } from './color.ts';
import { norm } from './geometry.ts';
import { layGround, LINES, makeView } from './ground.ts';
import { expose, makeCamera } from './camera.ts';
import { makeLight, shade } from './light.ts';
import { seeded, seedOf, type Random } from './random.ts';
import { emptyStage, makeStage, place, type Footprint } from './stage.ts';
import { paint, type Placed, type Thing } from './thing.ts';
import { makeThing, THINGS, type ThingName } from './things/all.ts';

export const WIDTH = 512;
export const HEIGHT = 384;

/** A photograph and, in painter's order, what each thing in it covers. */
export interface Scene {
  /** RGB, WIDTH × HEIGHT × 3 */
  picture: Uint8Array;
  footprints: Footprint[];
}

/** How often each thing comes along the line: [fewest, most] in one picture. */
const COMPANY: Record<ThingName, readonly [number, number]> = {
  carton: [1, 2],
  bag: [1, 2],
  bottle: [2, 4],
  glove: [0, 2],
  can: [1, 4],
  cable: [1, 2],
  cap: [2, 6],
};

/** One stage for all pictures: large arrays that come and go keep the collector busy. */
const stage = makeStage(WIDTH, HEIGHT);

/** Picture `index` of the plant; the same for ever. */
export function drawScene(index: number): Scene {
  const random = seeded(seedOf(1, index));
  emptyStage(stage);
  const line = random.pick(LINES);
  const footprints = [layGround(stage, line, makeView(random))];
  scatterCrumbs(random);
  const taken: Placed[] = [];
  for (const kind of THINGS)
    for (let n = random.integer(...COMPANY[kind]); n > 0; n--) {
      const placed = findRoom(makeThing(kind, random), taken, random);
      taken.push(placed);
      footprints.push(place(stage, placed, 100 + taken.length));
    }
  const light = shade(stage, makeLight(random));
  return { picture: expose(light, WIDTH, HEIGHT, makeCamera(random), random), footprints };
}

/** The roomiest of a few random places: things touch and overlap, but do not bury each other. */
export function findRoom(thing: Thing, taken: readonly Placed[], random: Random): Placed {
  const scale = random.range(0.85, 1.12);
  let best: Placed | null = null;
  let most = -Infinity;
  for (let attempt = 0; attempt < 7; attempt++) {
    const placed = {
      thing,
      x: random.range(24, WIDTH - 24),
      y: random.range(52, HEIGHT - 52),
      angle: random.range(-Math.PI, Math.PI),
      scale,
    };
    const room = Math.min(60, ...taken.map((other) => gap(placed, other)));
    if (room > most || !best) [best, most] = [placed, room];
  }
  return best as Placed;
}

const gap = (a: Placed, b: Placed) =>
  norm(a.x - b.x, a.y - b.y) - 0.75 * (a.thing.reach * a.scale + b.thing.reach * b.scale);

const CRUMBS = ['#d8d3c6', '#8a7a5c', '#6e8b4e', '#b9b2a2', '#c7a25a', '#9fb4bd', '#4c4238'].map(color);

/** Dirt, shreds and splinters: part of the belt. */
function scatterCrumbs(random: Random): void {
  for (let n = random.integer(14, 44); n > 0; n--) {
    const [long, wide] = [random.range(1.2, 4.2), random.range(0.7, 1.8)];
    const tint = random.pick(CRUMBS);
    const crumb: Thing = {
      kind: 'belt',
      reach: 6,
      surface(u, v, out) {
        out.distance = Math.abs(u) / long + Math.abs(v) / wide - 1;
        paint(out, tint);
        out.height = 1.2;
        out.gloss = 0.05;
        out.metal = 0;
        out.opacity = 0.9;
      },
    };
    place(
      stage,
      {
        thing: crumb,
        x: random.range(0, WIDTH),
        y: random.range(40, HEIGHT - 40),
        angle: random.range(0, 6.3),
        scale: 1,
      },
      n,
    );
  }
}
