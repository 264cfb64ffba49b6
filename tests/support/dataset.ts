import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeMask, encodePicture, type MaskFile } from '../../main/engine/images.ts';
import { noise } from './random.ts';

/** A small dataset of coloured shapes on a dark ground: disc, box and bar. Written by the product's own encoders. */
export interface ShapesOptions {
  labelled?: number;
  unlabelled?: number;
  width?: number;
  height?: number;
  /** mask-file ids of ground, disc, box, bar */
  ids?: [number, number, number, number];
  /** mask value without a class; null: classes.json declares none */
  ignore?: number | null;
  /** how masks are stored */
  bits?: MaskFile['bits'];
  palette?: boolean;
  /** pictures lie in subfolders a/ and b/ in turn */
  subfolders?: boolean;
}

export interface Shapes {
  folder: string;
  /** what is really there, class indexes, by sample name */
  truth: Map<string, Uint8Array>;
  /** what the masks say, class indexes: of the labelled pictures every second one has its disc labelled as a box */
  given: Map<string, Uint8Array>;
  width: number;
  height: number;
}

export const CLASSES = ['ground', 'disc', 'box', 'bar'] as const;
export const COLORS: [number, number, number][] = [
  [40, 44, 52],
  [220, 80, 60],
  [70, 140, 220],
  [240, 200, 70],
];

export async function makeShapes(folder: string, options: ShapesOptions = {}): Promise<Shapes> {
  const { labelled = 4, unlabelled = 2, width = 48, height = 32, subfolders = false } = options;
  const { ids = [0, 1, 2, 3], ignore = 255, bits = 8, palette = false } = options;
  const shapes: Shapes = { folder, truth: new Map(), given: new Map(), width, height };
  const put = async (file: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), bytes);
  };
  for (let n = 0; n < labelled + unlabelled; n++) {
    const name = `s${String(n).padStart(3, '0')}`;
    const stem = subfolders ? `${n % 2 ? 'b' : 'a'}/${name}` : name;
    const truth = drawShapes(n + 1, width, height);
    shapes.truth.set(name, truth);
    const picture = await encodePicture({ width, height, data: paintShapes(truth, n + 1) });
    await put(`${n < labelled ? 'images' : 'unlabeled'}/${stem}.jpg`, picture);
    if (n >= labelled) continue;
    const given = n % 2 ? truth.map((value) => (value === 1 ? 2 : value)) : truth;
    shapes.given.set(name, given);
    const values = bits === 16 ? Uint16Array.from(given, (value) => ids[value]) : given.map((value) => ids[value]);
    const colours = palette ? paletteOf(ids) : null;
    await put(
      `masks/${stem}.png`,
      await encodeMask({ width, height, data: values, bits, palette: colours, alpha: null }),
    );
  }
  const classes = CLASSES.map((name, i) => ({ id: ids[i], name, color: hex(COLORS[i]) }));
  await writeFile(join(folder, 'classes.json'), JSON.stringify(ignore === null ? { classes } : { classes, ignore }));
  return shapes;
}

/** A folder of its own under the system's temporary one, and its undo. */
export async function makeTemporary(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-test-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Class indexes of one disc, one box and one bar. */
export function drawShapes(seed: number, width: number, height: number): Uint8Array {
  const random = noise(seed);
  const label = new Uint8Array(width * height);
  const size = Math.min(width, height);
  const disc = { x: width * (0.2 + 0.1 * random()), y: height * (0.3 + 0.4 * random()), r: size * 0.18 };
  const box = { x: width * (0.45 + 0.05 * random()), y: height * (0.15 + 0.4 * random()), side: size * 0.3 };
  const bar = { x: Math.floor(width * (0.8 + 0.1 * random())), side: Math.max(2, size * 0.08) };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (Math.hypot(x - disc.x, y - disc.y) < disc.r) label[y * width + x] = 1;
      else if (x >= box.x && x < box.x + box.side && y >= box.y && y < box.y + box.side) label[y * width + x] = 2;
      else if (x >= bar.x && x < bar.x + bar.side) label[y * width + x] = 3;
    }
  return label;
}

/** RGB of the shapes with a little noise. */
function paintShapes(label: Uint8Array, seed: number): Uint8Array {
  const random = noise(seed + 1000);
  const data = new Uint8Array(label.length * 3);
  for (let i = 0; i < data.length; i++)
    data[i] = COLORS[label[Math.floor(i / 3)]][i % 3] + Math.round(8 * random() - 4);
  return data;
}

function paletteOf(ids: readonly number[]): [number, number, number][] {
  const palette = Array.from({ length: Math.max(...ids) + 1 }, (): [number, number, number] => [0, 0, 0]);
  ids.forEach((id, i) => (palette[id] = COLORS[i]));
  return palette;
}

const hex = (rgb: readonly number[]) => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
