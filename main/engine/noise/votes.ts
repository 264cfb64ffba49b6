import type { Passes } from '../../../common/case.ts';
import type { Region } from './candidates.ts';

/** What one pass says of a picture: class indexes, row by row, on a grid of its own laid over the whole picture. */
export interface Vote {
  width: number;
  height: number;
  classes: Uint8Array;
}

/** A region by its stretches of rows, and the class index it is proposed to be. */
export interface Asked extends Pick<Region, 'members' | 'area'> {
  stretches: Pick<Region['stretches'], 'start' | 'end'>;
  proposed: number;
}

/** Votes on grids of one size, and where the pixels of the picture lie on them. */
interface Grid {
  votes: Vote[];
  /** place of each column, and of each row the first place */
  columns: Int32Array;
  rows: Int32Array;
  /** pixels of the region at each place, 0 between regions; and the places that have any */
  pixels: Uint32Array;
  touched: Int32Array;
}

/**
 * Counts passes that see the proposed class in a region: in more than half of its pixels, at each of which a pass says what
 * it says at the place nearest to it, however fine or coarse its own grid is. Linear in the pixels of the region.
 */
export function voteCounter(votes: readonly Vote[], width: number, height: number): (region: Asked) => Passes {
  const isOwn = (vote: Vote) => vote.width === width && vote.height === height;
  const own = votes.filter(isOwn);
  const others = votes.filter((vote) => !isOwn(vote));
  const grids = gridsOf(others, width, height);
  return (region) => {
    const half = region.area / 2;
    let seeing = 0;
    for (const { classes } of own) if (pixelsOf(region, classes) > half) seeing++;
    for (const grid of grids) {
      const count = gather(grid, region, width);
      for (const { classes } of grid.votes) if (pixelsSaid(grid, count, classes, region.proposed) > half) seeing++;
      for (let k = 0; k < count; k++) grid.pixels[grid.touched[k]] = 0;
    }
    return { seeing, of: votes.length };
  };
}

function gridsOf(votes: readonly Vote[], width: number, height: number): Grid[] {
  return [...Map.groupBy(votes, (vote) => `${vote.width}×${vote.height}`).values()].map((alike) => {
    const [across, down] = [alike[0].width, alike[0].height];
    const columns = new Int32Array(width).map((_, x) => Math.floor(((x + 0.5) * across) / width));
    const rows = new Int32Array(height).map((_, y) => Math.floor(((y + 0.5) * down) / height) * across);
    const places = across * down;
    return { votes: alike, columns, rows, pixels: new Uint32Array(places), touched: new Int32Array(places) };
  });
}

/** Pixels proposed so on a grid that is the picture's own. */
function pixelsOf({ stretches: { start, end }, members, proposed }: Asked, classes: Uint8Array): number {
  let said = 0;
  for (let m = 0; m < members.length; m++) {
    const last = end[members[m]];
    for (let i = start[members[m]]; i < last; i++) if (classes[i] === proposed) said++;
  }
  return said;
}

/** Fills `pixels` and `touched`; returns how many places that are. */
function gather(
  { columns, rows, pixels, touched }: Grid,
  { stretches: { start, end }, members }: Asked,
  width: number,
): number {
  let count = 0;
  for (let m = 0; m < members.length; m++) {
    const first = start[members[m]];
    const y = Math.floor(first / width);
    const row = rows[y];
    const last = end[members[m]] - y * width;
    for (let x = first - y * width; x < last; x++) {
      const place = row + columns[x];
      if (pixels[place]++ === 0) touched[count++] = place;
    }
  }
  return count;
}

function pixelsSaid({ pixels, touched }: Grid, count: number, classes: Uint8Array, proposed: number): number {
  let said = 0;
  for (let k = 0; k < count; k++) if (classes[touched[k]] === proposed) said += pixels[touched[k]];
  return said;
}
