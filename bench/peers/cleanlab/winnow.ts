import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { readPicture } from '../../../main/engine/images.ts';
import { examine } from '../../../main/engine/inference/examine.ts';
import { giveBack } from '../../../main/engine/inference/memory.ts';
import { ConfidentLearning } from '../../../main/engine/noise/confident-learning.ts';
import { softmin } from '../../../main/engine/noise/score.ts';
import { openScanned, readStored, type Scanned } from './stored.ts';

/**
 * Winnow's side of bench/peers/cleanlab.ts: reads planes, mask and picture of every labelled sample, finds and scores its
 * cases, gives it both picture scores, and counts for confident learning. Prints what that takes and holds as JSON.
 *
 *     node bench/peers/cleanlab/winnow.ts --data DATASET --project PROJECT [--limit N] [--check]
 */

/** One set of results to be compared with cleanlab's. */
export interface Found {
  softmin: number[];
  thresholds: (number | null)[];
  /** pixels whose label another class claims */
  suspects: number;
}

export interface Measured {
  pictures: number;
  /** on the clock, and of the processor */
  seconds: number;
  cpu: number;
  /** bytes, resident */
  peak: number;
  /** every pixel counted, as cleanlab has to be told of ignored ones; and labelled pixels alone */
  whole?: Found;
  labelled?: Found;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    project: { type: 'string', default: '' },
    limit: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});
const scanned = await openScanned(values.data, values.project, values.limit ? Number(values.limit) : undefined);
const measured = await measure(scanned);
if (values.check) Object.assign(measured, { whole: await find(scanned, certain), labelled: await find(scanned) });
console.log(JSON.stringify(measured));

async function measure(scanned: Scanned): Promise<Measured> {
  const { samples, heldOut, dataset } = scanned;
  const classes = dataset.classMap.classes.length;
  const [began, used] = [performance.now(), process.cpuUsage()];
  const learning = new ConfidentLearning(classes);
  for (const sample of samples) {
    const { planes, given } = await readStored(scanned, sample);
    const { width, height, label } = planes;
    const { data: rgb } = await readPicture(join(dataset.folder, sample.image));
    const bytes = new Uint8Array(label.buffer, label.byteOffset, 4 * width * height);
    examine({ sample, heldOut: heldOut.get(sample.name) ?? false }, { width, height, given, rgb }, bytes, classes);
    learning.add(planes, given);
    for (const one of [bytes, given, rgb]) giveBack(one);
  }
  learning.thresholds();
  learning.suspects();
  const { user, system } = process.cpuUsage(used);
  return {
    pictures: samples.length,
    seconds: (performance.now() - began) / 1000,
    cpu: (user + system) / 1e6,
    peak: process.resourceUsage().maxRSS * 1024,
  };
}

interface Labelled {
  planes: Planes;
  given: Uint8Array;
}

async function find(scanned: Scanned, prepare = (one: Labelled) => one): Promise<Found> {
  const learning = new ConfidentLearning(scanned.dataset.classMap.classes.length);
  const scores: number[] = [];
  for (const sample of scanned.samples) {
    const { planes, given } = prepare(await readStored(scanned, sample));
    scores.push(softmin(planes.pGiven, given));
    learning.add(planes, given);
  }
  const suspects = learning.suspects().reduce((a, b) => a + b, 0);
  return { softmin: scores, thresholds: learning.thresholds(), suspects };
}

/** Ignored pixels as certain ones of the class proposed there, as peer.py has them. */
function certain({ planes, given }: Labelled): Labelled {
  const confidence = planes.confidence.map((byte, i) => (given[i] === IGNORE ? 255 : byte));
  const pGiven = planes.pGiven.map((byte, i) => (given[i] === IGNORE ? 255 : byte));
  return {
    planes: { ...planes, confidence, pGiven },
    given: given.map((y, i) => (y === IGNORE ? planes.label[i] : y)),
  };
}
