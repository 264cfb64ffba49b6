import type { Point } from './viewport.ts';

/** What hands do to the picture. All points in CSS pixels from the element's corner. */
export interface Gestures {
  pan: (dx: number, dy: number) => void;
  zoom: (factor: number, at: Point) => void;
  /** where the pointer is; null: it left */
  point: (at: Point | null) => void;
  dragging: (now: boolean) => void;
}

/** Pixels a step of the wheel in `WheelEvent.deltaMode`: pixels, lines, pages. */
const WHEEL_UNITS = [1, 24, 400];

/** Drag, pinch, and wheel on an element. Returns its undo. */
export function watchGestures(element: HTMLElement, gestures: Gestures): () => void {
  const fingers = new Map<number, Point>();

  const place = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const onDown = (event: PointerEvent) => {
    if (event.button > 1) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    gestures.dragging(true);
  };

  const onMove = (event: PointerEvent) => {
    const now = place(event);
    const before = fingers.get(event.pointerId);
    if (before) {
      const still = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, now);
      if (still) pinch(before, now, still);
      else gestures.pan(now.x - before.x, now.y - before.y);
    }
    gestures.point(now);
  };

  /** One finger moved while the other one stayed: about their middle, by how far apart they went. */
  const pinch = (before: Point, now: Point, still: Point) => {
    const apart = (finger: Point) => Math.max(1, Math.hypot(finger.x - still.x, finger.y - still.y));
    gestures.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    gestures.zoom(apart(now) / apart(before), { x: (now.x + still.x) / 2, y: (now.y + still.y) / 2 });
  };

  const onUp = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    gestures.dragging(fingers.size > 0);
  };

  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const pixels = event.deltaY * WHEEL_UNITS[event.deltaMode];
    // A pinch on a touchpad comes as a wheel with Ctrl, in smaller steps.
    gestures.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0018)), place(event));
    gestures.point(place(event));
  };

  const stop = new AbortController();
  const { signal } = stop;
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onUp, { signal });
  element.addEventListener('pointerleave', () => gestures.point(null), { signal });
  // Not passive, or the page would zoom as well.
  element.addEventListener('wheel', onWheel, { signal, passive: false });
  return () => stop.abort();
}
