import type { ClassName } from './classes.ts';
import type { Color } from './color.ts';

/** What a thing shows at one point; reused from point to point. */
export interface Surface {
  /** to the outline, in the thing's own units, negative inside */
  distance: number;
  /** above what it lies on, same units */
  height: number;
  /** albedo, linear light */
  red: number;
  green: number;
  blue: number;
  /** 0 matt .. 1 mirror-like */
  gloss: number;
  /** 0 plastic, paper .. 1 bare metal */
  metal: number;
  /** 0 clear .. 1 opaque */
  opacity: number;
}

/** Gives a point its albedo, darkened or brightened by `shade`. */
export function paint(out: Surface, color: Color, shade = 1): void {
  out.red = color[0] * shade;
  out.green = color[1] * shade;
  out.blue = color[2] * shade;
}

/** Something that can lie on the belt, in coordinates of its own: u along, v across, one unit a pixel at scale 1. */
export interface Thing {
  kind: ClassName;
  /** no point of it is further from its origin */
  reach: number;
  surface(u: number, v: number, out: Surface): void;
}

export interface Placed {
  thing: Thing;
  x: number;
  y: number;
  angle: number;
  scale: number;
}

/** A surface to be filled in. */
export const blank = (): Surface => ({
  distance: 0,
  height: 0,
  red: 0,
  green: 0,
  blue: 0,
  gloss: 0,
  metal: 0,
  opacity: 1,
});
