/**
 * What averaging checkpoints of one run is worth, against true masks:
 *
 *     node bench/soup.ts --data DATASET --checkpoints FOLDER --truth TRUTH --fold N
 *
 * TRUTH holds masks/ (as the dataset's, but right) and unlabeled/ (of the pictures without a mask). `given`: mIoU against
 * the dataset's own masks of fold N, which is what choices are made by; `true`: against the true masks of the same
 * pictures; `unlabelled`: against the true masks of the pictures nobody trained on.
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, extname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SampleRow } from '../common/dataset.ts';
import { NO_TTA } from '../common/ensemble.ts';
import { labelTable, toIndexes } from '../main/engine/dataset/labels.ts';
import { openDataset } from '../main/engine/dataset/open.ts';
import { readMask } from '../main/engine/images.ts';
import { averageCheckpoints } from '../main/engine/inference/checkpoints/average.ts';
import { readFolds } from '../main/engine/inference/folds.ts';
import { memberOf } from '../main/engine/inference/member.ts';
import { reEstimate } from '../main/engine/inference/checkpoints/re-estimate.ts';
import { withRuntimes } from '../main/engine/inference/runtime.ts';
import { predict } from '../main/engine/inference/checkpoints/validate.ts';
import { Confusion } from '../main/engine/measures/confusion.ts';
import { describeModels } from '../main/engine/onnx/describe/describe.ts';
import { encodeModel } from '../main/engine/onnx/proto.ts';
import { readModel } from '../main/engine/onnx/read.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    checkpoints: { type: 'string' },
    truth: { type: 'string' },
    fold: { type: 'string', default: '0' },
  },
});
if (!values.data || !values.checkpoints || !values.truth)
  throw new Error('Expected --data DATASET --checkpoints FOLDER --truth TRUTH.');
const truth = resolve(values.truth);
const fold = Number(values.fold);
const workerFile = resolve(import.meta.dirname, '..', 'main', 'engine', 'inference', 'worker.ts');

const dataset = await openDataset(values.data);
const { folder, classMap } = dataset;
const table = labelTable(classMap);
const { of: folds } = await readFolds(dataset, { folds: null }, []);
const isHeldOut = ({ mask, name }: SampleRow) => mask !== null && folds.get(name) === fold;
const samples = dataset.samples.filter((sample) => isHeldOut(sample) || sample.mask === null);
const training = dataset.samples.filter((sample) => sample.mask !== null && !isHeldOut(sample));
const trueMask = ({ image, mask }: SampleRow) =>
  join(truth, mask ? 'masks' : 'unlabeled', `${basename(image, extname(image))}.png`);
const judged = samples.filter((sample) => existsSync(trueMask(sample)));

const COLUMNS = ['given', 'true', 'unlabelled'] as const;

async function measure(files: string[]): Promise<Record<(typeof COLUMNS)[number], Confusion>> {
  const members = (await describeModels(files)).map((info) => memberOf(info, undefined));
  const of = () => new Confusion(classMap.classes.length);
  const tally = { given: of(), true: of(), unlabelled: of() };
  const seen: { labels: Uint8Array; sample: SampleRow; given: Uint8Array | null }[] = [];
  const composed = { members, tta: NO_TTA, merge: 'mean', window: null } as const;
  await withRuntimes(workerFile, availableParallelism(), undefined, (runtimes) =>
    predict([composed], dataset, judged, { runtimes }, ([labels], { given }, sample) =>
      seen.push({ labels: labels.slice(), sample, given }),
    ),
  );
  for (const { labels, sample, given } of seen) {
    const real = toIndexes(await readMask(trueMask(sample)), table);
    if (given) tally.given.add(given, labels);
    tally[given ? 'true' : 'unlabelled'].add(real, labels);
  }
  return tally;
}

const place = await mkdtemp(join(tmpdir(), 'winnow-bench-'));
const files = readdirSync(values.checkpoints)
  .filter((name) => name.endsWith('.onnx'))
  .sort()
  .map((name) => resolve(values.checkpoints ?? '', name));
const average = async (name: string, options: { dataset: typeof dataset | null; greedy?: boolean }) => {
  const out = join(place, `${name}.onnx`);
  const rest = { fold, folds: null, greedy: false, force: true, pictures: dataset.samples.length, workerFile };
  return averageCheckpoints({ files, out, ...rest, ...options });
};

/** One checkpoint with its statistics re-estimated, to tell what that is worth from what averaging is worth. */
async function settledAlone(file: string): Promise<string> {
  const [info] = await describeModels([file]);
  const { model } = await withRuntimes(workerFile, availableParallelism(), undefined, async (runtimes) =>
    reEstimate(await readModel(file), memberOf(info, undefined), folder, training, { runtimes }),
  );
  const out = join(place, `settled-${basename(file)}`);
  await writeFile(out, encodeModel(model));
  return out;
}

try {
  const last = files[files.length - 1];
  const plain = await average('plain', { dataset: null });
  const settled = await average('settled', { dataset });
  const greedy = await average('greedy', { dataset, greedy: true });
  const rows: [string, string[]][] = [
    ...files.map((file): [string, string[]] => [basename(file, '.onnx'), [file]]),
    [`${basename(last, '.onnx')}, BatchNorm from ${training.length} pictures`, [await settledAlone(last)]],
    [`average of ${plain.members}`, [plain.out]],
    [`average of ${settled.members}, BatchNorm likewise`, [settled.out]],
    [
      `greedy average (${greedy.files.map((file) => basename(file, '.onnx')).join(', ')}), BatchNorm likewise`,
      [greedy.out],
    ],
    [`ensemble of ${files.length}`, files],
  ];
  console.log(`| mIoU, % | ${COLUMNS.join(' | ')} |`);
  console.log(`|---|${COLUMNS.map(() => '---|').join('')}`);
  for (const [name, composed] of rows) {
    const tally = await measure(composed);
    const cells = COLUMNS.map((column) => (100 * (tally[column].miou() ?? 0)).toFixed(2));
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  const labelled = judged.filter(({ mask }) => mask !== null).length;
  console.log(
    `${labelled} pictures of fold ${fold}, ${judged.length - labelled} unlabelled, in ${relative('.', folder)}`,
  );
} finally {
  await rm(place, { recursive: true, force: true });
}
