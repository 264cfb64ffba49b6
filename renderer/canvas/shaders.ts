import { INFERNO, scaleShader, VIRIDIS } from './scales.ts';

/** A triangle that covers the viewport; the fragment shader works from gl_FragCoord. */
export const COVER = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

/**
 * Picture and layers in one pass. Labels are fetched texel by texel, never interpolated; where a screen pixel covers
 * several of them, their finished colours are averaged.
 */
export const LAYERS_SHADER = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;

uniform sampler2D u_picture;
uniform usampler2D u_given;
uniform usampler2D u_proposed;
uniform usampler2D u_mask;
uniform sampler2D u_confidence;
uniform sampler2D u_disagreement;
uniform sampler2D u_pGiven;
uniform sampler2D u_palette;

uniform vec2 u_size;        // of the picture, picture pixels
uniform vec2 u_texels;      // of the label textures; smaller than u_size where the picture exceeds the largest texture
uniform vec4 u_box;         // of the case, picture pixels: left, top, width, height; width 0: no case
uniform vec2 u_middle;      // picture point in the middle of the pane
uniform vec2 u_origin;      // that middle on the canvas, device pixels from its lower left corner
uniform float u_scale;      // device pixels a picture pixel
uniform float u_density;    // device pixels a CSS pixel
uniform vec3 u_ground;
uniform float u_lean;       // +1: the hatch in the case rises (proposed), -1: it falls (given), 0: none
uniform float u_opacity[7]; // picture, confidence, disagreement, pGiven, given, proposed, difference

out vec4 color;

${scaleShader('viridis', VIRIDIS)}

${scaleShader('inferno', INFERNO)}

// Premultiplied colours: b over a.
vec4 over(vec4 a, vec3 b, float alpha) {
  return vec4(b * alpha + a.rgb * (1.0 - alpha), alpha + a.a * (1.0 - alpha));
}

float insideCase(vec2 at) {
  vec2 inBox = at - u_box.xy;
  if (u_box.z == 0.0 || any(lessThan(inBox, vec2(0.0))) || any(greaterThanEqual(inBox, u_box.zw))) return 0.0;
  vec2 texels = vec2(textureSize(u_mask, 0));
  return texelFetch(u_mask, ivec2(inBox / u_box.zw * texels), 0).r == 0u ? 0.0 : 1.0;
}

// Stripes of u_density CSS pixels width, in device pixels so that they do not swim while zooming.
float stripes(float lean, float period, float width) {
  float along = gl_FragCoord.x - lean * gl_FragCoord.y;
  return step(mod(along, period * u_density), width * u_density);
}

// Everything above the picture at one picture point, premultiplied.
vec4 layersAt(vec2 at) {
  ivec2 texel = ivec2(clamp(at / u_size * u_texels, vec2(0.0), u_texels - 1.0));
  uint given = texelFetch(u_given, texel, 0).r;
  uint proposed = texelFetch(u_proposed, texel, 0).r;
  float inside = insideCase(at);
  vec4 result = vec4(0.0);
  result = over(result, viridis(texelFetch(u_confidence, texel, 0).r), u_opacity[1]);
  result = over(result, inferno(texelFetch(u_disagreement, texel, 0).r), u_opacity[2]);
  result = over(result, viridis(texelFetch(u_pGiven, texel, 0).r), given == 255u ? 0.0 : u_opacity[3]);
  // Labels around the case step back; a layer at full opacity stays full.
  bool both = u_opacity[4] > 0.0 && u_opacity[5] > 0.0;
  bool turn = stripes(1.0, 18.0, 9.0) == 1.0;
  for (int i = 0; i < 2; i++) {
    uint label = i == 0 ? given : proposed;
    float opacity = u_opacity[4 + i];
    if (label == 255u || opacity == 0.0) continue;
    // Two labels in one view take turns in broad stripes: mixed, they would be a colour of neither.
    if (both && (given == proposed ? i == 0 : given != 255u && turn == (i == 1))) continue;
    float alpha = inside == 1.0 || u_box.z == 0.0 ? opacity : opacity * opacity * opacity;
    result = over(result, texelFetch(u_palette, ivec2(label, 0), 0).rgb, alpha);
  }
  if (u_opacity[6] > 0.0 && given != 255u) {
    if (given == proposed) result = over(result, u_ground, 0.55 * u_opacity[6]);
    else result = over(result, vec3(1.0), (0.14 + 0.5 * stripes(1.0, 6.0, 1.5)) * u_opacity[6]);
  }
  if (inside == 1.0 && u_lean != 0.0)
    result = over(result, vec3(1.0), 0.2 * stripes(u_lean, 9.0, 1.5));
  return result;
}

void main() {
  vec2 away = gl_FragCoord.xy - u_origin;
  vec2 at = u_middle + vec2(away.x, -away.y) / u_scale;
  if (any(lessThan(at, vec2(0.0))) || any(greaterThanEqual(at, u_size))) {
    color = vec4(u_ground, 1.0);
    return;
  }
  vec3 base = mix(u_ground, texture(u_picture, at / u_size).rgb, u_opacity[0]);
  int taps = clamp(int(ceil(1.0 / u_scale - 0.01)), 1, 4);
  vec4 layers = vec4(0.0);
  for (int y = 0; y < taps; y++)
    for (int x = 0; x < taps; x++)
      layers += layersAt(at + ((vec2(x, y) + 0.5) / float(taps) - 0.5) / u_scale);
  layers /= float(taps * taps);
  color = vec4(layers.rgb + base * (1.0 - layers.a), 1.0);
}`;

/** One straight piece of the outline as a box of constant width on screen; ends reach out by half the width, so right angles close. */
export const OUTLINE = `#version 300 es
precision highp float;
layout(location = 0) in vec4 a_piece; // x0, y0, x1, y1, picture pixels
uniform vec2 u_middle;
uniform vec2 u_origin;
uniform vec2 u_canvas;      // device pixels
uniform float u_scale;
uniform float u_width;      // device pixels
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 from = (a_piece.xy - u_middle) * u_scale;
  vec2 to = (a_piece.zw - u_middle) * u_scale;
  // Whole device pixels: the line is equally sharp everywhere.
  vec2 low = floor(u_origin + vec2(from.x, -from.y) + 0.5);
  vec2 high = floor(u_origin + vec2(to.x, -to.y) + 0.5);
  vec2 at = mix(min(low, high) - u_width / 2.0, max(low, high) + u_width / 2.0, corner);
  gl_Position = vec4(at / u_canvas * 2.0 - 1.0, 0.0, 1.0);
}`;

export const PLAIN = `#version 300 es
precision highp float;
uniform vec3 u_color;
out vec4 color;
void main() { color = vec4(u_color, 1.0); }`;
