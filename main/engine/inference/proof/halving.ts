import type { Preprocessing } from '../../../../common/ensemble.ts';
import { Cancelled, messageOf } from '../../errors.ts';
import type { BareNetwork } from './bare-session.ts';
import type { Count } from '../../long.ts';
import { giveBack } from '../memory.ts';
import type { BareFacts } from '../../onnx/compile/bare.ts';
import type { Pixels } from '../source.ts';

/** One way to prepare pictures, and what the network made of them. */
export interface Contender {
  preprocessing: Preprocessing;
  /** [model class][dataset class] pixels */
  overlap: number[][];
  /** pictures */
  samples: number;
}

export interface Contest {
  contenders: Contender[];
  /** of every run on the first picture */
  facts: BareFacts[];
  /** of one run */
  seconds: number;
  /** pictures that could not be used, why */
  problems: string[];
}

/** Pictures after which the worse half leaves. */
const ROUNDS = [4, 8];
/** Seconds a further round may take; with networks that are slower, fewer pictures have to do. */
const PATIENCE = 60;

export interface HalvingOptions {
  worth: (overlap: number[][]) => number;
  /** of the dataset */
  classes: number;
  /** after every run */
  onProgress?: (runs: Count) => void;
}

/**
 * Successive halving: every way is tried on 4 pictures, the better half on 4 more, a quarter on all; with 11 ways that is
 * half the runs of trying all on 16. The first way, the declared one, stays to the end, so that it can be compared.
 */
export async function halve(
  network: BareNetwork,
  readings: readonly Preprocessing[],
  pictures: readonly (() => Promise<Pixels>)[],
  { worth, classes, onProgress }: HalvingOptions,
): Promise<Contest> {
  const contenders = readings.map((preprocessing): Contender => ({ preprocessing, overlap: [], samples: 0 }));
  const contest: Contest = { contenders, facts: [], seconds: 0, problems: [] };
  let standing = contenders;
  let done = 0;
  const rounds = [...ROUNDS.filter((round) => round < pictures.length), pictures.length];
  const runs = { done: 0, total: runsOf(rounds, readings.length) };
  const onRun = () => onProgress?.({ ...runs, done: ++runs.done });
  for (const until of rounds) {
    if (contest.seconds * standing.length * (until - done) > PATIENCE) break;
    for (const picture of pictures.slice(done, until)) {
      try {
        await tryAll(network, standing, await picture(), classes, contest, onRun);
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        contest.problems.push(messageOf(error));
      }
    }
    done = until;
    standing = betterHalf(standing, worth);
  }
  return contest;
}

/** Runs of all rounds together, as long as every picture can be used. */
function runsOf(rounds: readonly number[], standing: number): number {
  let runs = 0;
  rounds.forEach((until, n) => {
    runs += standing * (until - (rounds[n - 1] ?? 0));
    standing = 1 + Math.ceil((standing - 1) / 2);
  });
  return runs;
}

function betterHalf([declared, ...others]: Contender[], worth: (overlap: number[][]) => number): Contender[] {
  const ranked = others
    .map((contender) => ({ contender, miou: worth(contender.overlap) }))
    .sort((a, b) => b.miou - a.miou)
    .map(({ contender }) => contender);
  return [declared, ...ranked.slice(0, Math.ceil(others.length / 2))];
}

async function tryAll(
  network: BareNetwork,
  standing: readonly Contender[],
  { rgb, given, width, height }: Pixels,
  classes: number,
  contest: Contest,
  onRun: () => void,
): Promise<void> {
  if (!given) throw new Error('Expected a labelled picture, found one without a mask.');
  const isFirst = standing[0].samples === 0;
  const took: number[] = [];
  for (const contender of standing) {
    const began = performance.now();
    const { labels, facts } = await network.run({ rgb, width, height }, contender.preprocessing);
    took.push((performance.now() - began) / 1000);
    if (isFirst) contest.facts.push(facts);
    count(contender.overlap, labels, given, Math.max(2, facts.channels), classes);
    contender.samples++;
    giveBack(labels);
    onRun();
  }
  // The shortest: a first run also loads.
  contest.seconds = Math.min(...took);
}

/** Classes a model can tell apart; what an output of ids holds beyond is none. */
const MOST_CLASSES = 1024;

/** Adds pixels that have a given label to [model class][dataset class]. */
function count(overlap: number[][], labels: Float32Array, given: Uint8Array, atLeast: number, classes: number): void {
  let highest = atLeast - 1;
  for (const label of labels) if (label > highest && label < MOST_CLASSES) highest = label;
  const pairs = new Uint32Array((highest + 1) << 8);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label >= 0 && label <= highest) pairs[(label << 8) | given[i]]++;
  }
  for (let m = 0; m <= highest; m++) {
    const row = (overlap[m] ??= new Array<number>(classes).fill(0));
    for (let d = 0; d < classes; d++) row[d] += pairs[(m << 8) | d];
  }
}
