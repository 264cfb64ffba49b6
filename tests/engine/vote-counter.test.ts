import { describe, expect, it } from 'vitest';
import { voteCounter, type Vote } from '../../main/engine/noise/votes.ts';

describe('a vote counter', () => {
  const [WIDTH, HEIGHT] = [40, 20];
  /** Left half 1, right half 2, on a grid of `width` × `height`. */
  const halves = (width: number, height: number): Vote => {
    const classes = Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 1 : 2));
    return { width, height, classes };
  };
  const region = (x: number, y: number, across: number, down: number, proposed = 1) => {
    const start = Int32Array.from({ length: HEIGHT }, (_, row) => row * WIDTH + x);
    const stretches = { start, end: start.map((first) => first + across) };
    return { stretches, members: Int32Array.from({ length: down }, (_, n) => y + n), area: across * down, proposed };
  };
  const votes = [halves(40, 20), halves(10, 5), halves(4, 2), halves(4, 2), halves(80, 3)];
  const counted = voteCounter(votes, WIDTH, HEIGHT);

  it('counts passes on grids of any size, for more than half of a region', () => {
    expect(counted(region(0, 0, 40, 20))).toEqual({ seeing: 0, of: 5 });
    expect(counted(region(0, 0, 39, 20))).toEqual({ seeing: 5, of: 5 });
    expect(counted(region(2, 0, 38, 20))).toEqual({ seeing: 0, of: 5 });
    expect(counted(region(2, 0, 38, 20, 2))).toEqual({ seeing: 5, of: 5 });
    expect(counted(region(0, 0, 39, 20, 3))).toEqual({ seeing: 0, of: 5 });
  });

  it('asks the nearest place where a region has none to itself, and each region anew', () => {
    for (const [x, sees] of [
      [0, 5],
      [19, 5],
      [20, 0],
      [39, 0],
      [3, 5],
    ])
      expect(counted(region(x, 7, 1, 1))).toEqual({ seeing: sees, of: 5 });
  });
});
