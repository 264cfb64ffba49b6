import { Painter, type Scene } from './painter.ts';

/**
 * The one door to the canvas: whatever changes goes through `set`, and the picture is drawn once before the next frame,
 * only where something did change. A lost WebGL context comes back with everything it showed.
 */
export class Stage {
  private readonly canvas: HTMLCanvasElement;
  private scene: Scene;
  private painter: Painter | null = null;
  private frame = 0;

  /** Throws where the browser has no WebGL2. */
  constructor(canvas: HTMLCanvasElement, scene: Scene) {
    this.canvas = canvas;
    this.scene = scene;
    this.painter = new Painter(this.context());
    canvas.addEventListener('webglcontextlost', this.onLost);
    canvas.addEventListener('webglcontextrestored', this.onRestored);
    this.redraw();
  }

  set(change: Partial<Scene>) {
    const keys = Object.keys(change) as (keyof Scene)[];
    if (keys.every((key) => this.scene[key] === change[key])) return;
    this.scene = { ...this.scene, ...change };
    this.redraw();
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.canvas.removeEventListener('webglcontextlost', this.onLost);
    this.canvas.removeEventListener('webglcontextrestored', this.onRestored);
    this.painter = null;
    // Browsers keep some sixteen contexts; a closed view gives its one back at once.
    this.canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private redraw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const { canvas, scene } = this;
      const [width, height] = [scene.width * scene.density, scene.height * scene.density].map(Math.round);
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      this.painter?.draw(scene);
    });
  }

  private context(): WebGL2RenderingContext {
    const gl = this.canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, stencil: false });
    if (!gl) throw new Error('Expected a browser with WebGL2, found none: pictures cannot be drawn.');
    return gl;
  }

  private readonly onLost = (event: Event) => {
    event.preventDefault();
    this.painter = null;
  };

  private readonly onRestored = () => {
    this.painter = new Painter(this.context());
    this.redraw();
  };
}
