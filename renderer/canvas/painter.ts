import { largestTexture, makeProgram, putBytes, setFilter, type Program } from './gl.ts';
import { LAYERS, type Pane } from './layers.ts';
import type { PicturePixels } from './pixels.ts';
import type { Shape } from './contour.ts';
import { COVER, LAYERS_SHADER, OUTLINE, PLAIN } from './shaders.ts';
import { thinned } from './thin.ts';
import type { Viewport } from './viewport.ts';

export type Rgb = readonly [number, number, number];

/** Everything that is on the canvas. */
export interface Scene {
  pixels: PicturePixels | null;
  shape: Shape | null;
  view: Viewport;
  panes: readonly Pane[];
  /** of class index 0, 1, … */
  palette: readonly Rgb[];
  ground: Rgb;
  accent: Rgb;
  /** CSS pixels */
  width: number;
  height: number;
  /** device pixels a CSS pixel */
  density: number;
}

/** Device pixels a picture pixel from which the picture itself is drawn as squares, not smoothed. */
const CRISP_FROM = 8;
const HALO: Rgb = [8, 9, 11];
const TEXTURES = ['picture', 'given', 'proposed', 'mask', 'confidence', 'disagreement', 'pGiven', 'palette'] as const;
type TextureName = (typeof TEXTURES)[number];

/** The WebGL2 side of the stage: keeps on the GPU what the last scene needed, and draws scenes. */
export class Painter {
  private readonly gl: WebGL2RenderingContext;
  private readonly textures: Record<TextureName, WebGLTexture>;
  private readonly layers: Program;
  private readonly outline: Program;
  private readonly pieces: WebGLBuffer;
  private shown: Partial<Pick<Scene, 'pixels' | 'shape' | 'palette'>> = {};
  private crisp: boolean | null = null;
  /** of the label textures */
  private texels: readonly [number, number] = [1, 1];

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.layers = makeProgram(gl, COVER, LAYERS_SHADER);
    this.outline = makeProgram(gl, OUTLINE, PLAIN);
    this.textures = Object.fromEntries(TEXTURES.map((name) => [name, gl.createTexture()])) as typeof this.textures;
    this.pieces = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.pieces);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribDivisor(0, 1);
    gl.useProgram(this.layers.program);
    TEXTURES.forEach((name, unit) => gl.uniform1i(this.layers.at(`u_${name}`), unit));
  }

  draw(scene: Scene) {
    const { gl } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(scene.ground[0] / 255, scene.ground[1] / 255, scene.ground[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!scene.pixels) return;
    this.upload(scene);
    gl.enable(gl.SCISSOR_TEST);
    for (const pane of scene.panes) {
      const [from, to] = [Math.round(pane.from * scene.density), Math.round(pane.to * scene.density)];
      gl.scissor(from, 0, Math.max(0, to - from), gl.drawingBufferHeight);
      this.drawLayers(scene, scene.pixels, pane);
      if (scene.shape && pane.side !== 'none') this.drawOutline(scene, scene.shape, pane);
    }
  }

  private upload(scene: Scene) {
    const { shown } = this;
    if (scene.pixels && scene.pixels !== shown.pixels) this.uploadPixels(scene.pixels);
    if (scene.shape !== shown.shape) this.uploadShape(scene.shape);
    if (scene.palette !== shown.palette) this.uploadPalette(scene.palette);
    this.shown = { pixels: scene.pixels, shape: scene.shape, palette: scene.palette };
  }

  private uploadPixels({ picture, given, planes, width, height }: PicturePixels) {
    const { gl, textures } = this;
    gl.bindTexture(gl.TEXTURE_2D, textures.picture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    gl.generateMipmap(gl.TEXTURE_2D);
    this.crisp = null;
    const put = (name: TextureName, data: Uint8Array, whole: boolean) => {
      const thin = thinned(data, { width, height }, largestTexture());
      putBytes(gl, textures[name], { ...thin, whole });
      this.texels = [thin.width, thin.height];
    };
    put('given', given, true);
    put('proposed', planes.label, true);
    put('confidence', planes.confidence, false);
    put('disagreement', planes.disagreement, false);
    put('pGiven', planes.pGiven, false);
  }

  private uploadShape(shape: Shape | null) {
    const { gl, textures } = this;
    const [, , width, height] = shape?.box ?? [0, 0, 1, 1];
    putBytes(gl, textures.mask, {
      ...thinned(shape?.mask ?? new Uint8Array(1), { width, height }, largestTexture()),
      whole: true,
    });
    gl.bindBuffer(gl.ARRAY_BUFFER, this.pieces);
    gl.bufferData(gl.ARRAY_BUFFER, shape?.segments ?? new Int32Array(0), gl.STATIC_DRAW);
    gl.vertexAttribPointer(0, 4, gl.INT, false, 0, 0);
  }

  private uploadPalette(palette: readonly Rgb[]) {
    const { gl } = this;
    const data = new Uint8Array(256 * 4);
    palette.forEach((rgb, i) => data.set([...rgb, 255], 4 * i));
    gl.bindTexture(gl.TEXTURE_2D, this.textures.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, data);
    setFilter(gl, gl.NEAREST, gl.NEAREST);
  }

  private drawLayers(scene: Scene, { width, height }: PicturePixels, pane: Pane) {
    const { gl, layers } = this;
    gl.useProgram(layers.program);
    TEXTURES.forEach((name, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, this.textures[name]);
    });
    gl.activeTexture(gl.TEXTURE0);
    this.filterPicture(scene.view.scale * scene.density >= CRISP_FROM);
    this.place(layers, scene, pane);
    gl.uniform2f(layers.at('u_size'), width, height);
    gl.uniform2f(layers.at('u_texels'), ...this.texels);
    gl.uniform4f(layers.at('u_box'), ...(scene.shape?.box ?? ([0, 0, 0, 0] as const)));
    gl.uniform1f(layers.at('u_density'), scene.density);
    gl.uniform3f(layers.at('u_ground'), ...unit(scene.ground));
    gl.uniform1f(layers.at('u_lean'), { given: -1, proposed: 1, both: 0, none: 0 }[pane.side]);
    gl.uniform1fv(
      layers.at('u_opacity'),
      LAYERS.map((layer) => pane.opacity[layer]),
    );
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private drawOutline(scene: Scene, { segments }: Shape, pane: Pane) {
    const { gl, outline } = this;
    gl.useProgram(outline.program);
    this.place(outline, scene, pane);
    gl.uniform2f(outline.at('u_canvas'), gl.drawingBufferWidth, gl.drawingBufferHeight);
    for (const [width, color] of [
      [4, HALO],
      [2, scene.accent],
    ] as const) {
      gl.uniform1f(outline.at('u_width'), 2 * Math.max(1, Math.round((width / 2) * scene.density)));
      gl.uniform3f(outline.at('u_color'), ...unit(color));
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, segments.length / 4);
    }
  }

  private place({ at }: Program, { view, density, height }: Scene, pane: Pane) {
    const { gl } = this;
    gl.uniform2f(at('u_middle'), view.x, view.y);
    gl.uniform2f(at('u_origin'), (pane.left + pane.width / 2) * density, (height / 2) * density);
    gl.uniform1f(at('u_scale'), view.scale * density);
  }

  private filterPicture(crisp: boolean) {
    if (crisp === this.crisp) return;
    setFilter(this.gl, this.gl.LINEAR_MIPMAP_LINEAR, crisp ? this.gl.NEAREST : this.gl.LINEAR);
    this.crisp = crisp;
  }
}

const unit = ([r, g, b]: Rgb) => [r / 255, g / 255, b / 255] as const;
