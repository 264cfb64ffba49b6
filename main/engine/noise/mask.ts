import type { Region } from './candidates.ts';

/** Sets a mask, width × height, to `value` in a region. */
export function fillRegion(mask: Uint8Array, { stretches: { start, end }, members }: Region, value: number): void {
  for (let m = 0; m < members.length; m++) {
    const first = start[members[m]];
    const last = end[members[m]];
    // Most stretches are so short that to call for them takes longer than to fill them.
    if (last - first > 64) mask.fill(value, first, last);
    else for (let i = first; i < last; i++) mask[i] = value;
  }
}
