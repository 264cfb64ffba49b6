import type { CaseRow } from '../../../common/case.ts';
import type { AssetKind } from '../../../common/host.ts';
import { shapeOf, type Shape } from '../../canvas/contour.ts';
import {
  ARRANGEMENTS,
  DEFAULT_LAYERS,
  LAYERS,
  panesOf,
  type Arrangement,
  type Held,
  type Layer,
  type Layers,
  type Pane,
} from '../../canvas/layers.ts';
import { largestTexture } from '../../canvas/gl.ts';
import { loadPixels, probe, type PicturePixels, type Probe } from '../../canvas/pixels.ts';
import { Recent } from '../../canvas/recent.ts';
import {
  between,
  fit,
  frame,
  pan,
  toPicture,
  toStage,
  zoomAbout,
  type Point,
  type Size,
  type Viewport,
} from '../../canvas/viewport.ts';
import { readPreference, writePreference } from '../../db.ts';
import { studio } from '../../studio.svelte.ts';

/** Pixels of pictures kept for going back and for going on, bytes. */
const KEPT = 256e6;
const GLIDE_MS = 110;

interface Kept {
  layers: Layers;
  arrangement: Arrangement;
}

/** What lies on the stage and how it is looked at. Nothing here changes a label. */
export class Desk {
  layers = $state.raw<Layers>(DEFAULT_LAYERS);
  arrangement = $state<Arrangement>('divided');
  /** share of the stage's width, 0..1 */
  divider = $state(0.5);
  held = $state<Held>(null);
  /** CSS pixels */
  size = $state.raw<Size>({ width: 0, height: 0 });
  view = $state.raw<Viewport>({ x: 0, y: 0, scale: 1 });
  pixels = $state.raw<PicturePixels | null>(null);
  shape = $state.raw<Shape | null>(null);
  /** why the case cannot be shown, one sentence */
  problem = $state<string | null>(null);
  /** the picture point under the pointer */
  pointer = $state.raw<Point | null>(null);

  readonly panes: Pane[] = $derived(panesOf(this.arrangement, this.divider, this.layers, this.held, this.size));
  readonly under: Probe | null = $derived(
    this.pixels && this.pointer && probe(this.pixels, this.pointer.x, this.pointer.y),
  );

  private readonly recent: Recent<PicturePixels>;
  private row: CaseRow | null = null;
  /** the person has not moved the picture since the case was opened */
  private framed = true;
  private glide = 0;

  constructor(dataset: string, scan: string) {
    const source = {
      detail: (sample: string) => studio.call('sample', { dataset, sample }),
      url: (kind: AssetKind, sample: string) => studio.asset(kind, sample, { v: scan }),
      largest: largestTexture(),
    };
    this.recent = new Recent({
      limit: KEPT,
      load: (sample) => loadPixels(source, sample),
      drop: ({ picture }) => picture.close(),
    });
    void readPreference<Kept>('review').then((kept) => {
      if (!kept) return;
      this.layers = { ...DEFAULT_LAYERS, ...kept.layers };
      this.arrangement = ARRANGEMENTS.find((name) => name === kept.arrangement) ?? 'divided';
    });
  }

  close() {
    cancelAnimationFrame(this.glide);
    this.recent.clear();
  }

  /** Shows a case; what was there stays until its pixels have come. `next` are the samples that will follow. */
  async open(row: CaseRow, next: string[] = []): Promise<void> {
    this.row = row;
    try {
      const pixels = await this.recent.get(row.sample);
      if (this.row !== row) return;
      const rle = pixels.detail.cases.find(({ id }) => id === row.id)?.rle;
      const stay = this.pixels === pixels;
      this.problem = null;
      this.pixels = pixels;
      this.shape = rle === undefined ? null : shapeOf(rle, row.bbox, pixels);
      this.frameCase(stay);
    } catch (error) {
      if (this.row !== row) return;
      this.pixels = this.shape = null;
      this.problem = error instanceof Error ? error.message : String(error);
    }
    for (const sample of next) await this.recent.get(sample).catch(() => undefined);
    await this.recent.get(row.sample).catch(() => undefined);
  }

  resize(size: Size) {
    this.size = size;
    if (this.framed) this.frameCase(false);
  }

  frameCase(glide = true) {
    if (!this.row || !this.pixels || !this.size.width) return;
    const [left, , width] = this.row.bbox;
    const view = frame(this.row.bbox, this.pixels, this.paneSize);
    // The line between given and proposed goes through the case, wherever that came to lie.
    if (this.arrangement === 'divided')
      this.divider = toStage(view, { x: left + width / 2, y: 0 }, this.size).x / this.size.width;
    this.moveTo(view, glide);
    this.framed = true;
  }

  fitPicture() {
    if (this.pixels) this.moveTo(fit(this.pixels, this.paneSize));
  }

  actualSize() {
    this.moveTo({ ...this.view, scale: 1 / devicePixelRatio });
  }

  /** `at`: CSS pixels from the pane's corner; the middle where nobody points */
  zoom(factor: number, at: Point = { x: this.paneSize.width / 2, y: this.paneSize.height / 2 }) {
    if (this.pixels) this.place(zoomAbout(this.view, at, factor, this.pixels, this.paneSize));
  }

  /** CSS pixels */
  pan(dx: number, dy: number) {
    if (this.pixels) this.place(pan(this.view, dx, dy, this.pixels));
  }

  /** `at`: CSS pixels from the stage's corner; null: the pointer left */
  point(at: Point | null) {
    this.pointer = at && toPicture(this.view, this.inPane(at), this.paneSize);
  }

  /** A point of the stage as a point of the pane it lies in. */
  inPane(at: Point): Point {
    const pane = this.panes.find(({ from, to }) => at.x >= from && at.x < to) ?? this.panes[0];
    return { x: at.x - pane.left, y: at.y };
  }

  arrange(arrangement: Arrangement = ARRANGEMENTS[(ARRANGEMENTS.indexOf(this.arrangement) + 1) % ARRANGEMENTS.length]) {
    this.arrangement = arrangement;
    if (this.framed) this.frameCase(false);
    this.remember();
  }

  divide(share: number) {
    this.divider = Math.min(0.95, Math.max(0.05, share));
  }

  toggle(layer: Layer) {
    this.setLayer(layer, { on: !this.layers[layer].on });
  }

  setLayer(layer: Layer, change: Partial<Layers[Layer]>) {
    this.layers = { ...this.layers, [layer]: { ...this.layers[layer], ...change } };
    this.remember();
  }

  /** All layers above the picture together. */
  fade(by: number) {
    const faded = LAYERS.filter((layer) => layer !== 'picture' && this.layers[layer].on);
    for (const layer of faded) {
      const opacity = Math.min(1, Math.max(0.05, Math.round((this.layers[layer].opacity + by) * 100) / 100));
      this.setLayer(layer, { opacity });
    }
  }

  private get paneSize(): Size {
    return { width: this.panes[0].width, height: this.size.height };
  }

  private place(view: Viewport) {
    cancelAnimationFrame(this.glide);
    this.framed = false;
    this.view = view;
  }

  private moveTo(view: Viewport, glide = true) {
    cancelAnimationFrame(this.glide);
    this.framed = false;
    const still = !glide || matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (still) this.view = view;
    else this.glideTo(view);
  }

  private glideTo(to: Viewport) {
    const from = this.view;
    const start = performance.now();
    const step = (now: number) => {
      const t = Math.min(1, Math.max(0, (now - start) / GLIDE_MS));
      this.view = between(from, to, 1 - (1 - t) ** 3);
      if (t < 1) this.glide = requestAnimationFrame(step);
    };
    this.glide = requestAnimationFrame(step);
  }

  private remember() {
    const { layers, arrangement } = this;
    void writePreference('review', { layers, arrangement } satisfies Kept);
  }
}
