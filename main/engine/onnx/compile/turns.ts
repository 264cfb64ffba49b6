import type { GraphBuilder } from '../builder.ts';

/** One of the eight ways to lay down a picture: columns and rows reversed, then rows made columns. */
export interface Turn {
  flipX: boolean;
  flipY: boolean;
  swap: boolean;
}

export const UPRIGHT: Turn = { flipX: false, flipY: false, swap: false };

/** Mirrored left to right, then top to bottom, then turned `quarters` times by 90°, counterclockwise. */
export function turnOf(hflip: boolean, vflip: boolean, quarters: number): Turn {
  // A quarter is columns reversed, then rows made columns.
  if (quarters === 1) return { flipX: !hflip, flipY: vflip, swap: true };
  if (quarters === 3) return { flipX: hflip, flipY: !vflip, swap: true };
  const half = quarters === 2;
  return { flipX: hflip !== half, flipY: vflip !== half, swap: false };
}

/** What lays it down as it was. */
export const inverseOf = ({ flipX, flipY, swap }: Turn): Turn =>
  swap ? { flipX: flipY, flipY: flipX, swap } : { flipX, flipY, swap };

/** `value` [N, C, H, W], turned. */
export function addTurn(graph: GraphBuilder, value: string, { flipX, flipY, swap }: Turn): string {
  const axes = [...(flipY ? [2] : []), ...(flipX ? [3] : [])];
  const flipped = axes.length ? graph.reverse(value, axes) : value;
  return swap ? graph.add('Transpose', [flipped], { perm: [0, 1, 3, 2] }) : flipped;
}
