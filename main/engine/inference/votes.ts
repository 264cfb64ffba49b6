import { splitPlanes } from '../../../common/planes.ts';
import type { Vote } from '../noise/votes.ts';
import { voteOf } from '../onnx/compile/votes.ts';
import type { Tensor } from './sessions.ts';

/** What the passes of one member say, of what its graph gave out. */
export function votesIn(outputs: Readonly<Record<string, Tensor | undefined>>): Vote[] {
  const votes: Vote[] = [];
  for (let vote = outputs[voteOf(0)]; vote; vote = outputs[voteOf(votes.length)]) {
    const [, height, width] = vote.dims;
    votes.push({ width, height, classes: vote.data as Uint8Array });
  }
  return votes;
}

/** What a pass says that nothing was merged with: that is what is proposed. `planes`: see splitPlanes. */
export const votedAlone = (planes: Uint8Array, { width, height }: { width: number; height: number }): Vote => ({
  ...{ width, height },
  classes: splitPlanes(planes, width, height).label,
});
