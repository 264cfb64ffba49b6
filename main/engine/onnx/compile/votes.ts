import type { GraphBuilder } from '../builder.ts';

/**
 * What single passes say, beside the sums they go into: the likeliest class of the dataset where the network itself
 * decides, before anything is upsampled. A class index needs no precision, so it is asked for at few places only.
 */

/** Places along a side at most. */
const SIDE = 128;

/** Name of the output for a pass of a member, by its place among the member's own: uint8 [1, h, w]. */
export const voteOf = (pass: number): string => `winnow.vote.${pass}`;

/**
 * Adds `output`, the likeliest of the first `classes` channels of `scores` [1, C, h, w]: uint8 [1, h', w'], of every n-th row
 * and column so that h' and w' are at most SIDE. Laid over the picture as it is, each place is off by less than half a step.
 */
export function addVote(graph: GraphBuilder, classes: number, scores: string, output: string): void {
  const size = graph.sizeOf(scores, 2);
  const steps = graph.add('Div', [graph.add('Add', [size, graph.int64s([SIDE - 1], [])]), graph.int64s([SIDE], [])]);
  const middle = graph.add('Div', [steps, graph.int64s([2], [])]);
  const whole = (first: number, rest: string) => graph.add('Concat', [graph.int64s([first]), rest], { axis: 0 });
  const few = graph.add('Slice', [
    scores,
    whole(0, middle),
    graph.int64s([classes, 2 ** 31 - 1, 2 ** 31 - 1]),
    graph.int64s([1, 2, 3]),
    whole(1, steps),
  ]);
  graph.cast(graph.add('ArgMax', [few], { axis: 1, keepdims: 0 }), 'uint8', output);
}
