import type { Rgb } from './painter.ts';

/**
 * Colour scales from 0 to 1, as polynomials of degree 6: Matt Zucker's fits (CC0) of matplotlib's viridis and inferno, which
 * read alike in grey and to colour-blind eyes. [power][red, green, blue]
 */
type Scale = readonly (readonly [number, number, number])[];

export const VIRIDIS: Scale = [
  [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
  [0.1050930431085774, 1.404613529898575, 1.384590162594685],
  [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
  [-4.634230498983486, -5.799100973351585, -19.33244095627987],
  [6.228269936347081, 14.17993336680509, 56.69055260068105],
  [4.776384997670288, -13.74514537774601, -65.35303263337234],
  [-5.435455855934631, 4.645852612178535, 26.3124352495832],
];

export const INFERNO: Scale = [
  [0.0002189403691192265, 0.001651004631001012, -0.01948089843709184],
  [0.1065134194856116, 0.5639564367884091, 3.932712388889277],
  [11.60249308247187, -3.972853965665698, -15.9423941062914],
  [-41.70399613139459, 17.43639888205313, 44.35414519872813],
  [77.162935699427, -33.40235894210092, -81.80730925738993],
  [-71.31942824499214, 32.62606426397723, 73.20951985803202],
  [25.13112622477341, -12.24266895238567, -23.07032500287172],
];

/** A function of the shading language that gives the colour at `t`. */
export function scaleShader(name: string, scale: Scale): string {
  const constants = scale.map((power, i) => `  const vec3 c${i} = vec3(${power.map(decimal).join(', ')});`);
  const [last, ...rest] = scale.map((_, i) => `c${i}`).reverse();
  const sum = rest.reduce((inner, constant) => `${constant} + t * (${inner})`, last);
  return `vec3 ${name}(float t) {\n${constants.join('\n')}\n  return clamp(${sum}, 0.0, 1.0);\n}`;
}

const decimal = (n: number) => (Number.isInteger(n) ? n.toFixed(1) : String(n));

/** The colours of bytes 0..255. */
export function scaleColors(scale: Scale): Rgb[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const at = (channel: 0 | 1 | 2) => scale.reduceRight((sum, power) => power[channel] + (byte / 255) * sum, 0);
    const whole = (channel: 0 | 1 | 2) => Math.round(255 * Math.min(1, Math.max(0, at(channel))));
    return [whole(0), whole(1), whole(2)];
  });
}
