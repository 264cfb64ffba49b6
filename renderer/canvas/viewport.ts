/** What part of the picture is seen: the picture point at the middle of the stage and the magnification. */
export interface Viewport {
  /** picture pixels from the left edge */
  x: number;
  /** picture pixels from the top edge */
  y: number;
  /** CSS pixels a picture pixel */
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** x, y, width, height */
export type Box = readonly [number, number, number, number];

/** CSS pixels a picture pixel at most: one pixel fills a thumb's width, enough to count them. */
export const MAX_SCALE = 48;
/** Picture pixels that the stage's tighter side shows at least when a case opens: a thing without its surroundings tells nothing. */
const SURROUNDINGS = 128;

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high));

/** The whole picture in the middle, `margin` CSS pixels free around it. */
export function fit(picture: Size, stage: Size, margin = 24): Viewport {
  const scale = Math.min(
    Math.max(stage.width - 2 * margin, 1) / picture.width,
    Math.max(stage.height - 2 * margin, 1) / picture.height,
  );
  return { x: picture.width / 2, y: picture.height / 2, scale: Math.min(scale, MAX_SCALE) };
}

/** How near to the stage's edge the middle of an opened case may lie, as a share of the stage. */
const EDGE = 0.3;

/**
 * The box near the middle, filling `share` of the stage's tighter side; never smaller than the whole picture. The
 * picture fills the stage as far as that leaves a case at its edge well inside.
 */
export function frame(box: Box, picture: Size, stage: Size, share = 0.6): Viewport {
  const [left, top, width, height] = box;
  const wanted = share * Math.min(stage.width / Math.max(width, 1), stage.height / Math.max(height, 1));
  const closest = Math.min(stage.width, stage.height) / SURROUNDINGS;
  const scale = Math.max(Math.min(wanted, closest), fit(picture, stage, 0).scale);
  const middle = { x: left + width / 2, y: top + height / 2 };
  const inside = keepInside({ ...middle, scale }, picture, stage);
  const free = (room: number) => ((0.5 - EDGE) * room) / scale;
  return {
    x: clamp(inside.x, middle.x - free(stage.width), middle.x + free(stage.width)),
    y: clamp(inside.y, middle.y - free(stage.height), middle.y + free(stage.height)),
    scale,
  };
}

/** Magnifies by `factor`; the picture point under `at` (CSS pixels from the stage's corner) stays where it is. */
export function zoomAbout(view: Viewport, at: Point, factor: number, picture: Size, stage: Size): Viewport {
  const scale = clamp(view.scale * factor, Math.min(fit(picture, stage).scale / 2, 1), MAX_SCALE);
  const still = toPicture(view, at, stage);
  return {
    x: still.x - (at.x - stage.width / 2) / scale,
    y: still.y - (at.y - stage.height / 2) / scale,
    scale,
  };
}

/** Moves the picture by CSS pixels; its middle or an edge always stays on the stage. */
export function pan(view: Viewport, dx: number, dy: number, picture: Size): Viewport {
  return {
    x: clamp(view.x - dx / view.scale, 0, picture.width),
    y: clamp(view.y - dy / view.scale, 0, picture.height),
    scale: view.scale,
  };
}

/** The picture point under a point of the stage (CSS pixels from its corner). */
export function toPicture(view: Viewport, at: Point, stage: Size): Point {
  return {
    x: view.x + (at.x - stage.width / 2) / view.scale,
    y: view.y + (at.y - stage.height / 2) / view.scale,
  };
}

/** Where a picture point is on the stage, CSS pixels from its corner. */
export function toStage(view: Viewport, at: Point, stage: Size): Point {
  return {
    x: (at.x - view.x) * view.scale + stage.width / 2,
    y: (at.y - view.y) * view.scale + stage.height / 2,
  };
}

/** Shifted so that no side of the stage is empty while the picture could fill it; centred where it cannot. */
export function keepInside(view: Viewport, picture: Size, stage: Size): Viewport {
  const along = (middle: number, length: number, room: number) => {
    const half = room / view.scale / 2;
    return length <= 2 * half ? length / 2 : clamp(middle, half, length - half);
  };
  return {
    x: along(view.x, picture.width, stage.width),
    y: along(view.y, picture.height, stage.height),
    scale: view.scale,
  };
}

/** Between two views, `t` from 0 to 1: the scale changes by equal factors, so that the movement feels even. */
export function between(from: Viewport, to: Viewport, t: number): Viewport {
  if (t >= 1) return to;
  const mix = (a: number, b: number) => a + (b - a) * t;
  return { x: mix(from.x, to.x), y: mix(from.y, to.y), scale: from.scale * (to.scale / from.scale) ** t };
}
