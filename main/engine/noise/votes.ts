import type { CaseDetail, Passes } from '../../../common/case.ts';
import { forEachRun } from '../../../common/rle.ts';

/** What one pass says of a picture: class indexes, row by row, on a grid of its own laid over the whole picture. */
export interface Vote {
  width: number;
  height: number;
  classes: Uint8Array;
}

/** Votes on grids of one size, and where the pixels of the picture lie on them. */
interface Grid {
  votes: Vote[];
  /** place of each column, and of each row the first place */
  columns: Int32Array;
  rows: Int32Array;
  /** pixels of the region at each place, 0 between regions; and the places that have any */
  pixels: Uint32Array;
  touched: number[];
}

/**
 * Counts passes that see the proposed class in a region: in more than half of its pixels, at each of which a pass says what
 * it says at the place nearest to it, however fine or coarse its own grid is. Linear in the pixels of the region.
 */
export function voteCounter(
  votes: readonly Vote[],
  width: number,
  height: number,
): (region: Pick<CaseDetail, 'rle' | 'area' | 'proposed'>) => Passes {
  const grids = gridsOf(votes, width, height);
  return ({ rle, area, proposed }) => {
    let seeing = 0;
    for (const grid of grids) {
      gather(grid, rle, width, height);
      for (const { classes } of grid.votes) if (2 * pixelsSaid(grid, classes, proposed) > area) seeing++;
      for (const place of grid.touched.splice(0)) grid.pixels[place] = 0;
    }
    return { seeing, of: votes.length };
  };
}

function gridsOf(votes: readonly Vote[], width: number, height: number): Grid[] {
  return [...Map.groupBy(votes, (vote) => `${vote.width}×${vote.height}`).values()].map((alike) => {
    const [across, down] = [alike[0].width, alike[0].height];
    const columns = new Int32Array(width).map((_, x) => Math.floor(((x + 0.5) * across) / width));
    const rows = new Int32Array(height).map((_, y) => Math.floor(((y + 0.5) * down) / height) * across);
    return { votes: alike, columns, rows, pixels: new Uint32Array(across * down), touched: [] };
  });
}

function gather({ columns, rows, pixels, touched }: Grid, rle: string, width: number, height: number): void {
  forEachRun(rle, width, height, (start, length) => {
    for (let at = start, end = start + length; at < end;) {
      const column = columns[Math.floor(at / height)];
      const below = Math.min(end, at - (at % height) + height);
      for (let y = at % height; at < below; at++, y++) {
        const place = rows[y] + column;
        if (!pixels[place]++) touched.push(place);
      }
    }
  });
}

function pixelsSaid({ pixels, touched }: Grid, classes: Uint8Array, proposed: number): number {
  let said = 0;
  for (const place of touched) if (classes[place] === proposed) said += pixels[place];
  return said;
}
