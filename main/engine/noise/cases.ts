import type { CaseDetail } from '../../../common/case.ts';
import type { Planes } from '../../../common/planes.ts';
import { encodeRle } from '../../../common/rle.ts';
import type { Components } from '../masks/components.ts';
import { findCandidates } from './candidates.ts';
import { countConfusions } from './confusions.ts';
import { fillRegion, gatherEvidence, type Evidence } from './evidence.ts';
import { kindOf } from './kind.ts';
import { errorProbability } from './probability.ts';
import type { Scene } from './tally.ts';

/** A case before it has a name: everything that can be told from one picture alone. */
export type FoundCase = Omit<CaseDetail, 'id' | 'sample' | 'heldOut'>;

/** Weaker candidates are not worth a look. */
const MIN_SCORE = 0.005;
/** A candidate that has more of itself than this in better ones is the same error again. */
const MAX_OVERLAP = 0.6;

const kept = { mask: new Uint8Array(0), key: new Uint8Array(0) };

/** Bytes to write over, kept from picture to picture: pictures of a dataset mostly share one size. */
function scratch(name: keyof typeof kept, size: number): Uint8Array {
  if (kept[name].length !== size) kept[name] = new Uint8Array(size);
  return kept[name];
}

interface Candidate {
  components: Components;
  index: number;
  evidence: Evidence;
  score: number;
}

/**
 * The regions of one labelled picture that look wrong, worst first. `given` has width × height class indexes (or
 * IGNORE) below `classCount`. Time is linear in the pixels; memory is two bytes a pixel beside the arguments, kept for the
 * next picture.
 */
export function findCases(planes: Planes, given: Uint8Array, classCount: number): FoundCase[] {
  const { width, height } = planes;
  const scene: Scene = {
    planes,
    given,
    confusions: countConfusions(given, planes.label, classCount),
    mask: scratch('mask', width * height).fill(0),
    reach: Math.max(2, Math.round(Math.hypot(width, height) / 200)),
  };
  return distinct(scene, weigh(scene)).map(({ components, index, evidence, score }) => {
    fillRegion(scene.mask, components, index, 1);
    const rle = encodeRle(scene.mask, width, height, evidence.bbox);
    fillRegion(scene.mask, components, index, 0);
    const { given, proposed, bbox, area, pGiven, agreement, disagreement } = evidence;
    const kind = kindOf(evidence, Math.hypot(width, height));
    return { kind, given, proposed, bbox, area, score, pGiven, agreement, disagreement, rle };
  });
}

function weigh(scene: Scene): Candidate[] {
  const diagonal = Math.hypot(scene.planes.width, scene.planes.height);
  const minimum = Math.max(24, diagonal / 8);
  const candidates: Candidate[] = [];
  for (const components of findCandidates(scene.planes, scene.given, scratch('key', scene.given.length))) {
    for (let index = 0; index < components.count; index++) {
      if (components.area[index] < minimum) continue;
      const evidence = gatherEvidence(scene, components, index);
      const score = errorProbability(evidence, diagonal);
      if (score >= MIN_SCORE) candidates.push({ components, index, evidence, score });
    }
  }
  return candidates;
}

/**
 * The best candidate of each error: greedily, from the best down. Of two that are about as sure the larger one goes
 * first, or an error would be taken in parts.
 */
function distinct({ mask }: Scene, candidates: Candidate[]): Candidate[] {
  candidates.sort((a, b) => standing(b) - standing(a));
  const best = candidates.filter(({ components, index }) => {
    if (covered(mask, components, index) > MAX_OVERLAP * components.area[index]) return false;
    fillRegion(mask, components, index, 1);
    return true;
  });
  mask.fill(0);
  return best.sort((a, b) => b.score - a.score);
}

/** Log-odds of the score, and a bonus for size: twice the area weighs as much as a tenth on the log-odds. */
const standing = ({ score, evidence }: Candidate) => Math.log(score / (1 - score)) + 0.15 * Math.log(evidence.area);

function covered(mask: Uint8Array, { first, start, end }: Components, c: number): number {
  let pixels = 0;
  for (let run = first[c]; run < first[c + 1]; run++) {
    for (let i = start[run]; i < end[run]; i++) pixels += mask[i];
  }
  return pixels;
}
