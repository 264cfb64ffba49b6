import { idOf } from './classes.ts';
import type { Footprint } from './stage.ts';

/** The label map of a picture, belt where nothing lies: each footprint over those before it. */
export function paintLabels(footprints: readonly Footprint[], width: number, height: number): Uint8Array {
  const labels = new Uint8Array(width * height).fill(idOf('belt'));
  for (const footprint of footprints) {
    const id = idOf(footprint.kind);
    const { inside } = footprint;
    for (let y = 0, i = 0; y < footprint.height; y++) {
      const row = (footprint.y + y) * width + footprint.x;
      for (let x = 0; x < footprint.width; x++, i++) if (inside[i]) labels[row + x] = id;
    }
  }
  return labels;
}

function forEachInside(footprint: Footprint, visit: (x: number, y: number) => void): void {
  for (let y = 0, i = 0; y < footprint.height; y++)
    for (let x = 0; x < footprint.width; x++, i++) if (footprint.inside[i]) visit(footprint.x + x, footprint.y + y);
}

/** The footprint moved; what leaves the picture is cut off. */
export function moved(from: Footprint, dx: number, dy: number, width: number, height: number): Footprint {
  const to = framed(from, Math.max(Math.abs(dx), Math.abs(dy)), width, height);
  forEachInside(from, (x, y) => mark(to, x + dx, y + dy));
  return to;
}

/** The footprint grown by `radius` pixels on all sides. */
export function grown(from: Footprint, radius: number, width: number, height: number): Footprint {
  const to = framed(from, radius, width, height);
  forEachInside(from, (x, y) => {
    for (let dy = -radius; dy <= radius; dy++)
      for (let dx = -radius; dx <= radius; dx++) if (dx * dx + dy * dy <= radius * radius) mark(to, x + dx, y + dy);
  });
  return to;
}

function framed({ kind, x, y, width, height }: Footprint, margin: number, right: number, bottom: number): Footprint {
  const [left, top] = [Math.max(0, x - margin), Math.max(0, y - margin)];
  const size = [Math.min(right, x + width + margin) - left, Math.min(bottom, y + height + margin) - top];
  return { kind, x: left, y: top, width: size[0], height: size[1], inside: new Uint8Array(size[0] * size[1]) };
}

function mark(footprint: Footprint, x: number, y: number): void {
  const [column, row] = [x - footprint.x, y - footprint.y];
  if (column >= 0 && row >= 0 && column < footprint.width && row < footprint.height)
    footprint.inside[row * footprint.width + column] = 1;
}
