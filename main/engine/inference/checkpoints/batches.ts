import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding, SampleRow } from '../../../../common/dataset.ts';
import { messageOf } from '../../errors.ts';
import { readPicture, type Picture } from '../../images.ts';
import type { Tensor } from '../sessions.ts';

/** Pictures a batch; fewer where they are large. */
const BATCH = 8;
const BATCH_PIXELS = 8 * 1024 * 1024;
/** Of a picture with longer sides, a part of so many pixels along them is run. */
export const LONGEST = 1536;

/** Pictures that run together. */
export interface Batch {
  samples: SampleRow[];
  /** which of all batches it is */
  place: number;
  /** of their sides, pixels */
  longest: number;
}

/**
 * Pictures of one size side by side, in batches as alike in number as can be. Every n-th picture goes into the same batch:
 * neighbours by name are often frames of one scene. `most`: pictures a batch; `longest`: of their sides.
 */
export function inBatches(
  samples: readonly SampleRow[],
  { most, longest }: { most: number; longest: number },
): Batch[] {
  const side = (length: number) => Math.min(length, longest);
  const bySize = Map.groupBy(samples, ({ width, height }) => `${side(width)}×${side(height)}`);
  const groups = [...bySize.values()].flatMap((alike) => {
    const [{ width, height }] = alike;
    const fitting = Math.max(2, Math.floor(BATCH_PIXELS / (side(width) * side(height))));
    const count = Math.ceil(alike.length / Math.min(BATCH, fitting, most));
    return Array.from({ length: count }, (_, n) => alike.filter((_, i) => i % count === n));
  });
  return groups.map((samples, place) => ({ samples, place, longest }));
}

/** The pictures as uint8 [1, H, W, 3]; one that cannot be read is a finding and left out. */
export async function readBatch(
  folder: string,
  { samples, place, longest }: Batch,
  findings: Finding[],
): Promise<Tensor[]> {
  const pictures = await Promise.all(
    samples.map(async ({ image }, i) => {
      try {
        return partOf(await readPicture(await readFile(join(folder, image))), longest, place * BATCH + i);
      } catch (error) {
        findings.push({ file: image, problem: messageOf(error) });
        return null;
      }
    }),
  );
  return pictures.filter((picture) => picture !== null);
}

/** The whole picture, or a part no longer than `longest`, which lies elsewhere for each `n`. */
function partOf({ width, height, data }: Picture, longest: number, n: number): Tensor {
  const [w, h] = [Math.min(width, longest), Math.min(height, longest)];
  if (w === width && h === height) return { type: 'uint8', data, dims: [1, h, w, 3] };
  // Steps that spread evenly over a square, however many there are (Roberts' R2 sequence).
  const left = Math.floor(((n * 0.7548776662) % 1) * (width - w + 1));
  const top = Math.floor(((n * 0.569840291) % 1) * (height - h + 1));
  const part = new Uint8Array(w * h * 3);
  for (let y = 0; y < h; y++) {
    const from = ((top + y) * width + left) * 3;
    part.set(data.subarray(from, from + w * 3), y * w * 3);
  }
  return { type: 'uint8', data: part, dims: [1, h, w, 3] };
}
