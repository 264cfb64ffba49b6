import { color, type Color } from './color.ts';
import { norm, smooth, wrap } from './geometry.ts';
import { cloud, noise } from './noise.ts';
import type { Random } from './random.ts';
import type { Footprint, Stage } from './stage.ts';

/** One sorting line: its belt and where its steel frame runs, in pixels from the middle of the picture. */
export interface Line {
  belt: Color;
  dust: Color;
  chevrons: boolean;
  /** top and bottom edge of the belt */
  edges: readonly [number, number];
}

export const LINES: readonly Line[] = [
  { belt: color('#33373b'), dust: color('#8d8577'), chevrons: false, edges: [-160, 166] },
  { belt: color('#33463f'), dust: color('#9a9683'), chevrons: false, edges: [-168, 156] },
  { belt: color('#3b4149'), dust: color('#8b8478'), chevrons: true, edges: [-174, 170] },
];

const SIZE = 512;

/** Wear of a belt, the same after every turn of 512 pixels: dust 0..1, scratches about -1..1, relief in pixels. */
const wear = (() => {
  const map = new Float32Array(3 * SIZE * SIZE);
  const grain = (x: number, y: number, wide: number, tall: number) =>
    noise(x / wide, y / tall, Math.min(256, SIZE / wide), Math.min(256, SIZE / tall));
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const i = 3 * (y * SIZE + x);
      const streak = 0.6 * grain(x, y, 64, 2) + 0.4 * grain(x, y, 32, 4);
      const fine = 0.15 * grain(x, y, 4, 4) + 0.1 * grain(x, y, 2, 2);
      const blotch = 0.4 * grain(x, y, 64, 64) + 0.22 * grain(x, y, 32, 16) + 0.13 * grain(x, y, 8, 8) + fine;
      map[i] = smooth(0.42, 0.85, 0.93 * blotch + 0.07 * streak);
      map[i + 1] = 0.7 * (2 * streak - 1) + 0.9 * (grain(x, y, 2, 2) - 0.5);
      map[i + 2] = 0.16 * Math.sin((x * Math.PI) / 2) * Math.sin((y * Math.PI) / 2) + 0.5 * grain(x, y, 2, 2);
    }
  return map;
})();

/** How the camera sees the line in one picture: how far the belt has run, and how askew and shifted the camera hangs. */
export interface View {
  travelled: number;
  tilt: number;
  shift: number;
}

export const makeView = (random: Random): View => ({
  travelled: random.integer(0, 4000),
  tilt: random.range(-0.025, 0.025),
  shift: random.range(-12, 12),
});

/** Paints belt and frame on an empty stage; returns the frame's footprint. */
export function layGround(stage: Stage, line: Line, view: View): Footprint {
  const { width, height } = stage;
  const frame: Footprint = { kind: 'frame', x: 0, y: 0, width, height, inside: new Uint8Array(width * height) };
  const [cos, sin] = [Math.cos(view.tilt), Math.sin(view.tilt)];
  for (let y = 0; y < height; y++) {
    const dy = y + 0.5 - height / 2 - view.shift;
    layBelt(stage, line, view.travelled, y, dy, cos, sin);
    layFrame(stage, line, y, dy, cos, sin, frame.inside);
  }
  return frame;
}

/** How far a point lies past the belt's edge, negative on the belt. */
const pastEdge = ({ edges }: Line, across: number) => Math.max(edges[0] - across, across - edges[1]);

/** The belt's part of row `y`, which lies `dy` below the middle of the line seen under the angle of `cos` and `sin`. */
function layBelt(
  { width, albedo, relief }: Stage,
  line: Line,
  travelled: number,
  y: number,
  dy: number,
  cos: number,
  sin: number,
): void {
  for (let x = 0, i = y * width; x < width; x++, i++) {
    const dx = x + 0.5 - width / 2;
    const across = dy * cos - dx * sin;
    const past = pastEdge(line, across);
    if (past > 0) continue;
    const along = dx * cos + dy * sin + travelled + 1024;
    const at = 3 * ((Math.floor(across + SIZE) & (SIZE - 1)) * SIZE + (Math.floor(along) & (SIZE - 1)));
    const grime = wear[at] * (0.55 + 0.45 * smooth(-60, -4, past));
    const scratch = 1 + 0.16 * wear[at + 1];
    const share = 0.34 * grime;
    for (let c = 0; c < 3; c++) albedo[3 * i + c] = (line.belt[c] * (1 - share) + line.dust[c] * share) * scratch;
    relief[i] = wear[at + 2] + (line.chevrons ? chevron(along, across) : seam(along));
  }
}

/** Raised V-shaped ribs every 128 pixels. */
function chevron(along: number, across: number): number {
  const phase = wrap(along + Math.abs(across) * 0.55, 128);
  return 3.6 * smooth(0, 3, phase) * smooth(11, 8, phase);
}

/** Where the belt was joined: a slanted step every 1024 pixels. */
function seam(along: number): number {
  const phase = wrap(along, 1024);
  return phase < 14 ? 1.2 : 0;
}

const STEEL = color('#7f878d');
const YELLOW = color('#d9a514');
const BLACK = color('#1b1c1e');
const RUBBER = color('#1d2023');

/** The frame's part of row `y`; from the belt outwards: rubber skirt, striped lip, brushed steel with bolts. */
function layFrame(stage: Stage, line: Line, y: number, dy: number, cos: number, sin: number, inside: Uint8Array): void {
  const { width, albedo } = stage;
  for (let x = 0, i = y * width; x < width; x++, i++) {
    const along = x + 0.5 - width / 2;
    const across = dy * cos - along * sin;
    const past = pastEdge(line, across);
    if (past <= 0) continue;
    const seed = across < 0 ? 0 : 90;
    const brushed =
      0.82 + 0.2 * noise(along / 40 + seed, past * 1.3 + seed) + 0.12 * (noise(along / 3, past / 3 + seed) - 0.5);
    const bolt = norm(((along + 1024) % 96) - 48, past - 25);
    const worn = cloud(along / 14 + seed, past / 9, 3);
    let paint = STEEL;
    let relief = 16;
    let metal = 0.7;
    if (past < 5) {
      paint = RUBBER;
      relief = 4 + past;
      metal = 0;
    } else if (past < 14) {
      relief = 13;
      if (worn <= 0.64) {
        paint = ((along + past * 1.2 + 1024) % 26) / 26 < 0.5 ? YELLOW : BLACK;
        metal = 0;
      }
    } else if (bolt < 4.6) relief = 16 + 3 * Math.sqrt(Math.max(0, 1 - (bolt / 4.6) ** 2));
    else if (bolt < 6) relief = 15.2;
    for (let c = 0; c < 3; c++) albedo[3 * i + c] = paint[c] * brushed * (0.75 + 0.35 * worn);
    stage.relief[i] = relief;
    stage.gloss[i] = metal ? 0.45 : 0.2;
    stage.metal[i] = metal;
    inside[i] = 1;
  }
}
