import { expect, test } from 'vitest';
import {
  between,
  fit,
  frame,
  keepInside,
  MAX_SCALE,
  pan,
  toPicture,
  toStage,
  zoomAbout,
  type Box,
  type Viewport,
} from '../../renderer/canvas/viewport.ts';

const picture = { width: 480, height: 360 };
const stage = { width: 830, height: 700 };
const view: Viewport = { x: 200, y: 120, scale: 3.7 };

test('from the stage to the picture and back is the same point', () => {
  for (const at of [
    { x: 0, y: 0 },
    { x: 415, y: 350 },
    { x: 829, y: 13 },
  ]) {
    const back = toStage(view, toPicture(view, at, stage), stage);
    expect(back.x).toBeCloseTo(at.x, 9);
    expect(back.y).toBeCloseTo(at.y, 9);
  }
});

test('the point under the pointer stays there while zooming, in and out', () => {
  const at = { x: 700, y: 80 };
  const still = toPicture(view, at, stage);
  for (const factor of [1.25, 0.8, 3, 0.5, 1000, 0.0001]) {
    const zoomed = zoomAbout(view, at, factor, picture, stage);
    const now = toPicture(zoomed, at, stage);
    expect(now.x).toBeCloseTo(still.x, 6);
    expect(now.y).toBeCloseTo(still.y, 6);
    expect(zoomed.scale).toBeLessThanOrEqual(MAX_SCALE);
  }
});

test('zooming in and out by the same factor comes back', () => {
  const at = { x: 10, y: 600 };
  const back = zoomAbout(zoomAbout(view, at, 1.7, picture, stage), at, 1 / 1.7, picture, stage);
  expect(back.x).toBeCloseTo(view.x, 9);
  expect(back.y).toBeCloseTo(view.y, 9);
  expect(back.scale).toBeCloseTo(view.scale, 9);
});

test('the whole picture fits, with the margin free on its tighter side', () => {
  const whole = fit(picture, stage, 24);
  const from = toStage(whole, { x: 0, y: 0 }, stage);
  const to = toStage(whole, { x: 480, y: 360 }, stage);
  expect(Math.min(from.x, from.y)).toBeCloseTo(24, 9);
  expect(to.x).toBeLessThanOrEqual(830 - 24 + 1e-9);
  expect(to.y).toBeLessThanOrEqual(700 - 24 + 1e-9);
});

test('an opened case is wholly on the stage, with surroundings, wherever it lies', () => {
  const boxes: Box[] = [
    [0, 0, 3, 3],
    [470, 350, 10, 10],
    [0, 100, 480, 20],
    [200, 100, 60, 90],
    [0, 0, 480, 360],
  ];
  for (const box of boxes) {
    const framed = frame(box, picture, stage);
    const from = toStage(framed, { x: box[0], y: box[1] }, stage);
    const to = toStage(framed, { x: box[0] + box[2], y: box[1] + box[3] }, stage);
    expect(from.x).toBeGreaterThanOrEqual(-1e-6);
    expect(from.y).toBeGreaterThanOrEqual(-1e-6);
    expect(to.x).toBeLessThanOrEqual(stage.width + 1e-6);
    expect(to.y).toBeLessThanOrEqual(stage.height + 1e-6);
    expect(Math.min(stage.width, stage.height) / framed.scale).toBeGreaterThanOrEqual(128 - 1e-6);
  }
});

test('a case of middling size fills 60 % of the tighter side', () => {
  const framed = frame([150, 100, 100, 120], picture, stage);
  expect((120 * framed.scale) / stage.height).toBeCloseTo(0.6, 6);
});

test('no empty border where the picture could fill the stage', () => {
  const kept = keepInside({ x: -50, y: 900, scale: 4 }, picture, stage);
  expect(toStage(kept, { x: 0, y: 0 }, stage).x).toBeLessThanOrEqual(1e-9);
  expect(toStage(kept, { x: 480, y: 360 }, stage).y).toBeGreaterThanOrEqual(stage.height - 1e-9);
});

test('dragging moves the picture with the hand and never loses it', () => {
  const moved = pan(view, 37, -11, picture);
  const before = toStage(view, { x: 100, y: 100 }, stage);
  const after = toStage(moved, { x: 100, y: 100 }, stage);
  expect(after.x - before.x).toBeCloseTo(37, 9);
  expect(after.y - before.y).toBeCloseTo(-11, 9);
  const far = pan(view, 1e6, -1e6, picture);
  expect([far.x, far.y]).toEqual([0, 360]);
});

test('between two views the ends are the two, and the scale grows by equal factors', () => {
  const to: Viewport = { x: 10, y: 300, scale: 14.8 };
  expect(between(view, to, 0)).toEqual(view);
  expect(between(view, to, 1)).toEqual(to);
  expect(between(view, to, 0.5).scale).toBeCloseTo(Math.sqrt(3.7 * 14.8), 9);
});
