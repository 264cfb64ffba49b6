import type { Box } from '../../canvas/viewport.ts';

/** A square around a case with some surroundings, whole pixels; at least 48 a side, so that a small thing has a place. */
export function thumbBox([left, top, width, height]: Box): [number, number, number, number] {
  const side = Math.max(48, Math.ceil(1.4 * Math.max(width, height)));
  const x = Math.max(0, Math.round(left + width / 2 - side / 2));
  const y = Math.max(0, Math.round(top + height / 2 - side / 2));
  return [x, y, side, side];
}
