import type { CaseDetail, Passes } from '../../../common/case.ts';
import type { Planes } from '../../../common/planes.ts';
import { encodeRle } from '../../../common/rle.ts';
import { findRegions, measure, type Candidate, type Region } from './candidates.ts';
import { fillRegion } from './mask.ts';
import { inFoldFeatures, lookAgain, scoreAgain } from './in-fold.ts';
import { kindOf } from './kind.ts';
import { judge, type Judgement } from './probability.ts';
import { setScene, type Scene } from './scene.ts';
import { voteCounter, type Asked, type Vote } from './votes.ts';

/** A case before it has a name: everything that can be told from one picture alone. */
export type FoundCase = Omit<CaseDetail, 'id' | 'sample' | 'heldOut'>;

/** Weaker candidates are not worth a look. */
const MIN_SCORE = 0.002;
/** A candidate that has more of itself than this in better ones is the same error again. */
const MAX_OVERLAP = 0.7;

/** A candidate with the probability that it is an error. */
export interface Scored extends Candidate, Judgement {}

/** What is known of a picture beside its planes, as far as it is. */
export interface Beside {
  /** width × height × 3 bytes */
  rgb?: Uint8Array | null;
  /** of each pass */
  votes?: readonly Vote[] | null;
  /** see surenessOf; absent: 1 */
  sureness?: number;
  /** planes by members that trained on the picture */
  inFold?: Planes | null;
}

/**
 * The regions of one labelled picture that look wrong, worst first. `given` has width × height class indexes (or
 * IGNORE) below `classCount`. Time is linear in the pixels; memory is one byte a pixel and some thirty for each contradicted
 * one beside the arguments.
 */
export function findCases(
  planes: Planes,
  given: Uint8Array,
  classCount: number,
  { rgb = null, votes = null, sureness = 1, inFold = null }: Beside = {},
): FoundCase[] {
  const scene = setScene(planes, given, classCount, rgb, sureness);
  const taken = new Uint8Array(scene.stretches.start.length);
  const regions = findRegions(scene);
  const score = (some: Region[]) => some.map((region) => withScore(scene, region)).filter(isWorthALook);
  const clear = distinct(taken, score(regions.filter(({ faint }) => !faint)));
  // Most faint regions are seen better already, and measuring is most of the work.
  const faint = distinct(taken, score(regions.filter((region) => region.faint && !isRepeated(taken, region))));
  const count = votes && voteCounter(votes, planes.width, planes.height);
  const all = [...clear, ...faint].map((one) => describe(scene, one, count, inFold));
  return all.sort((a, b) => b.score - a.score);
}

function withScore(scene: Scene, region: Region): Scored {
  const { stretches, members, area, faint, seen, evidence } = measure(scene, region);
  const { features, score } = judge(evidence, scene);
  return { stretches, members, area, faint, seen, evidence, features, score };
}

export const isWorthALook = ({ score }: Scored): boolean => score >= MIN_SCORE;

/**
 * The best candidate of each error: greedily, from the best down. Of two that are about as sure the larger one goes
 * first, or an error would be taken in parts. `taken`: 1 for the stretches of regions taken before; those taken now are
 * added.
 */
export function distinct<T extends Scored>(taken: Uint8Array, candidates: T[]): T[] {
  candidates.sort((a, b) => standing(b) - standing(a));
  return candidates.filter((candidate) => {
    if (isRepeated(taken, candidate)) return false;
    for (const n of candidate.members) taken[n] = 1;
    return true;
  });
}

function isRepeated(taken: Uint8Array, { stretches: { start, end }, members, area }: Region): boolean {
  let covered = 0;
  for (const n of members) if (taken[n]) covered += end[n] - start[n];
  return covered > MAX_OVERLAP * area;
}

/** Log-odds of the score, and a bonus for size: twice the area weighs as much as 0.17 on the log-odds. */
const standing = ({ score, evidence }: Scored) => Math.log(score / (1 - score)) + 0.25 * Math.log(evidence.area);

function describe(
  { planes, mask, diagonal, sureness }: Scene,
  scored: Scored,
  count: ((region: Asked) => Passes) | null,
  inFold: Planes | null,
): FoundCase {
  const { evidence } = scored;
  const seen = inFold && lookAgain(scored, planes, inFold, sureness);
  const score = seen ? scoreAgain(scored.score, seen) : scored.score;
  const features = [...scored.features, ...inFoldFeatures(seen)];
  const { given, proposed, bbox, area, pGiven, agreement, disagreement } = evidence;
  fillRegion(mask, scored, 1);
  const rle = encodeRle(mask, planes.width, planes.height, bbox);
  fillRegion(mask, scored, 0);
  const kind = kindOf(evidence, diagonal);
  const displacement = evidence.thickness;
  const { stretches, members } = scored;
  const passes = count?.({ stretches, members, area, proposed }) ?? null;
  const real = { score, pGiven, agreement, disagreement, displacement, passes, features };
  return { kind, given, proposed, bbox, area, ...real, rle };
}
