/** A linked program and where its uniforms are. Arrays are named without `[0]`. */
export interface Program {
  program: WebGLProgram;
  at: (uniform: string) => WebGLUniformLocation | null;
}

/** Throws with the driver's words where a shader does not compile. */
export function makeProgram(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('Expected a shader, found a lost WebGL context.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(program)?.map((shader) => gl.getShaderInfoLog(shader)) ?? [];
    throw new Error(`Expected the shaders to compile, found: ${[gl.getProgramInfoLog(program), ...logs].join(' ')}`);
  }
  const known = new Map<string, WebGLUniformLocation | null>();
  const at = (uniform: string) => {
    if (!known.has(uniform)) known.set(uniform, gl.getUniformLocation(program, uniform));
    return known.get(uniform) ?? null;
  };
  return { program, at };
}

/** One byte a texel. `whole`: the shader reads the number itself (class indexes), else 0..1. Never filtered. */
export function putBytes(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  { width, height, data, whole }: { width: number; height: number; data: Uint8Array; whole: boolean },
) {
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  const [inside, format] = whole ? [gl.R8UI, gl.RED_INTEGER] : [gl.R8, gl.RED];
  gl.texImage2D(gl.TEXTURE_2D, 0, inside, width, height, 0, format, gl.UNSIGNED_BYTE, data);
  setFilter(gl, gl.NEAREST, gl.NEAREST);
}

let largest: number | undefined;

/** Texels a side of the largest texture here; 8192 at most, beyond which one picture would take gigabytes. */
export function largestTexture(): number {
  const gl = largest === undefined ? new OffscreenCanvas(1, 1).getContext('webgl2') : null;
  return (largest ??= Math.min(8192, (gl?.getParameter(gl.MAX_TEXTURE_SIZE) as number | undefined) ?? 2048));
}

export function setFilter(gl: WebGL2RenderingContext, min: number, mag: number) {
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, min);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, mag);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
}
