import { createHash } from 'node:crypto';
import type { CaseDetail, SampleResult } from '../../../common/case.ts';
import { splitPlanes } from '../../../common/planes.ts';
import { findCases, type FoundCase } from '../noise/cases.ts';
import { pictureScore, softmin } from '../noise/score.ts';
import type { Vote } from '../noise/votes.ts';
import { countConfidence, type SparseHistogram } from './results/histogram.ts';
import type { Task } from './protocol.ts';
import type { Pixels } from './source.ts';

/**
 * What a score counts where members were trained on the very label they contradict: they have learned to repeat its errors,
 * so the picture must not rank as if someone held out had looked at it, and none of its cases passes a threshold of 0.5.
 */
const NOT_HELD_OUT = 0.5;

/**
 * What the planes of one picture say. `bytes`: see splitPlanes; `votes`: of each pass, null where nobody asked for them;
 * `inFold`: planes by members that trained on it.
 */
export function examine(
  { sample, heldOut, sureness }: Pick<Task, 'sample' | 'heldOut' | 'sureness'>,
  pixels: Pick<Pixels, 'width' | 'height' | 'given'> & { rgb?: Uint8Array },
  bytes: Uint8Array,
  classes: number,
  votes: readonly Vote[] | null = null,
  inFold: Uint8Array | null = null,
): { result: SampleResult; cases: CaseDetail[]; confidence?: SparseHistogram } {
  const { width, height, given } = pixels;
  const planes = splitPlanes(bytes, width, height);
  const facts = { sample: sample.name, labelled: given !== null, heldOut, width, height };
  if (!given) {
    const confidence = countConfidence(planes.label, planes.confidence, classes);
    return { result: { ...facts, score: 0, softmin: 1, cases: [] }, cases: [], confidence };
  }
  const trust = heldOut ? 1 : NOT_HELD_OUT;
  const found = findCases(planes, given, classes, {
    ...{ rgb: pixels.rgb, votes, sureness },
    inFold: inFold && splitPlanes(inFold, width, height),
  }).map((one) => ({ ...one, score: trust * one.score }));
  const cases = found.map((one) => named(one, sample.name, heldOut));
  const score = short(pictureScore(found));
  const rows = cases.map(({ rle: _rle, ...row }) => row);
  return { result: { ...facts, score, softmin: short(softmin(planes.pGiven, given)), cases: rows }, cases };
}

/** Names a case by what it is, so that the same case found again has the same name. */
function named(found: FoundCase, sample: string, heldOut: boolean): CaseDetail {
  const { kind, given, proposed, bbox, area } = found;
  const id = createHash('sha256').update([sample, kind, given, proposed, bbox.join(','), area].join('|'));
  const { score, pGiven, agreement, disagreement, displacement, features } = found;
  return {
    ...found,
    id: id.digest('hex').slice(0, 16),
    sample,
    score: short(score),
    pGiven: short(pGiven),
    agreement: short(agreement),
    disagreement: short(disagreement),
    displacement: thousandths(displacement),
    features: features.map(thousandths),
    heldOut,
  };
}

/** Six digits that count: more would only make files longer. */
const short = (value: number) => Number(value.toPrecision(6));
const thousandths = (value: number) => Math.round(value * 1000) / 1000;
