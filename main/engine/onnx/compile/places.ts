import type { GraphBuilder } from '../builder.ts';
import { placeOfPixel, stripsOf, type Phases } from './phases.ts';

/**
 * Planes hold two bytes of each pixel's distribution. Where all of it is asked for, at some places only, these go in as
 * indexes of pixels in the order of the planes, one input for each strip, and log p̄ comes out.
 */

/** Least p̄ of which a logarithm is taken: log p̄ is at least −69. */
const LEAST = 1e-30;

/** Names of the inputs, int64 [n] each. */
export const placeInputs = (phases: Phases | null): string[] =>
  Array.from({ length: phases ? stripsOf(phases).length : 1 }, (_, i) => `winnow.places.${i}`);

/** What `p` [1, C, h, w] of a strip is at its places, [C, n]. Gather over an inner axis takes three times as long. */
export function pick(graph: GraphBuilder, channels: number, p: string, places: string): string {
  const flat = graph.add('Reshape', [p, graph.int64s([channels, -1])]);
  const each = graph.add('Expand', [graph.unsqueeze(places, [0]), graph.int64s([channels, 1])]);
  return graph.add('GatherElements', [flat, each], { axis: 1 });
}

/** Adds log p̄, float32 [C, n], under the name `output`, of what was picked in each strip. */
export function addSample(graph: GraphBuilder, picked: readonly string[], unit: number, output: string): void {
  const whole = picked.length === 1 ? picked[0] : graph.add('Concat', picked, { axis: 1 });
  const p = graph.add('Mul', [whole, graph.float(1 / unit)]);
  graph.add('Log', [graph.add('Max', [p, graph.float(LEAST)])], {}, output);
}

/**
 * The number `value`, once `picked` is there: else the runtime keeps p of every strip until it picks in all of them, which
 * takes more time than to pick.
 */
export function numberAfter(graph: GraphBuilder, value: number, picked: string): string {
  const row = graph.add('Reshape', [picked, graph.int64s([-1])]);
  return graph.slice(graph.add('Concat', [graph.float([value]), row], { axis: 0 }), 0, 0, 1);
}

/** Pixels as inputs of a graph, by their names, and which of them each column of what comes out is; −1: none. */
export interface PlaceFeeds {
  feeds: Record<string, { type: 'int64'; data: BigInt64Array; dims: number[] }>;
  order: Int32Array;
}

/** `pixels`: indexes row by row, ascending. No input is empty, which not every provider takes: place 0 stands in for none. */
export function feedPlaces(pixels: ArrayLike<number>, width: number, phases: Phases | null): PlaceFeeds {
  const names = placeInputs(phases);
  const all = names.map(() => ({ places: [] as number[], order: [] as number[] }));
  for (let i = 0; i < pixels.length; i++) {
    const { strip, place } = phases ? inStrip(pixels[i], width, phases) : { strip: 0, place: pixels[i] };
    all[strip].places.push(place);
    all[strip].order.push(i);
  }
  for (const one of all) if (!one.places.length) Object.assign(one, { places: [0], order: [-1] });
  const tensors = all.map(({ places }) => ({
    type: 'int64' as const,
    data: BigInt64Array.from(places, BigInt),
    dims: [places.length],
  }));
  const feeds = Object.fromEntries(tensors.map((tensor, i) => [names[i], tensor]));
  return { feeds, order: Int32Array.from(all.flatMap(({ order }) => order)) };
}

function inStrip(pixel: number, width: number, phases: Phases): { strip: number; place: number } {
  const y = Math.floor(pixel / width);
  const strip = Math.floor(Math.floor(y / phases.factor) / phases.rows);
  const before = strip * phases.rows * phases.factor ** 2 * phases.width;
  return { strip, place: placeOfPixel(pixel % width, y, phases) - before };
}

/** Puts columns of `found` [channels, order.length] where `order` says, `into` being [pixels, channels]. */
export function putColumns(found: Float32Array, order: ArrayLike<number>, channels: number, into: Float32Array): void {
  for (let i = 0; i < order.length; i++)
    for (let k = 0, at = order[i] * channels; at >= 0 && k < channels; k++) into[at + k] = found[k * order.length + i];
}
