import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { ClassMap, Finding } from '../../../../common/dataset.ts';
import { NO_TTA } from '../../../../common/ensemble.ts';
import type { ModelInfo } from '../../../../common/scan.ts';
import { writeAtomic } from '../../atomic.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { InputError, messageOf } from '../../errors.ts';
import { throwIfCancelled, type Count, type Long } from '../../long.ts';
import { describeModels } from '../../onnx/describe/describe.ts';
import { halfOf, type Half } from '../../onnx/weights/half.ts';
import { encodeModel } from '../../onnx/proto.ts';
import { readModel } from '../../onnx/read.ts';
import { quantisedPart } from '../../onnx/weights/soup.ts';
import { inTemporaryFolder } from '../../temporary.ts';
import { carryOver } from './carry-over.ts';
import { spread } from './judge.ts';
import { memberOf } from '../member.ts';
import { withRuntimes } from '../runtime.ts';
import { agreement, type Composed } from './validate.ts';
import { makeFolder } from '../../make-folder.ts';

export interface HalfOptions extends Long<Count> {
  /** ONNX file, absolute */
  file: string;
  /** absolute; another one */
  out: string;
  /** pictures on which both precisions have to label alike; null: that is not checked */
  dataset: Dataset | null;
  /** most of them */
  pictures: number;
  /** writes the result also where too many labels differ */
  force: boolean;
  /** see Runtime */
  workerFile: string;
}

export interface HalfResult extends Omit<Half, 'model'> {
  out: string;
  /** of the file, before and after */
  bytes: [number, number];
  /** share of pixels labelled alike, 0..1; null: not checked */
  agreement: { share: number; samples: number } | null;
  findings: Finding[];
}

/** Share of pixels that have to keep their label. */
const AGREEMENT = 0.999;

/**
 * Writes a network once more with weights and computation in float16: half the file, and on a GPU up to twice the speed.
 * Throws InputError, and writes nothing, where it cannot be halved or labels more than one pixel in a thousand otherwise.
 */
export async function halveModel(options: HalfOptions): Promise<HalfResult> {
  const { file, out, dataset, force, signal } = options;
  if (file === out) throw new InputError(`Expected a new file to write to, found ${out} itself.`);
  const [info] = await describeModels([file]);
  if (info.problem !== null) throw new InputError(`${file}: ${info.problem}`);
  const { model, ...counts } = await halved(file);
  const bytes = encodeModel(model);
  const compared = dataset && (await compare(info, bytes, dataset, options));
  throwIfCancelled(signal);
  if (compared && compared.share < AGREEMENT && !force)
    throw new InputError(
      `Expected the labels of ${file} for ${100 * AGREEMENT} % of the pixels, found ${(100 * compared.share).toFixed(2)} %: nothing was written; --force writes it all the same.`,
    );
  await makeFolder(dirname(out));
  await writeAtomic(out, bytes);
  const findings = [...(compared?.findings ?? []), ...(await carryOver(info, out))];
  const agreed = compared && { share: compared.share, samples: compared.samples };
  return { out, bytes: [info.bytes, bytes.length], ...counts, agreement: agreed, findings };
}

async function halved(file: string): Promise<Half> {
  const model = await readModel(file);
  const quantised = quantisedPart(model);
  if (quantised) throw new InputError(`${file}: Expected weights of float32, found ${quantised}.`);
  try {
    return halfOf(model);
  } catch (error) {
    throw new InputError(`${file}: ${messageOf(error)}`);
  }
}

async function compare(info: ModelInfo, bytes: Uint8Array, dataset: Dataset, options: HalfOptions) {
  const { pictures, workerFile, signal, onProgress } = options;
  const before: Composed = { members: [memberOf(info, undefined)], tta: NO_TTA, merge: 'mean', window: null };
  const place = { folder: dataset.folder, classMap: ownClasses(info, dataset.classMap) };
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'half.onnx');
    await writeFile(file, bytes);
    const after: Composed = { ...before, members: [{ ...before.members[0], file }] };
    return withRuntimes(workerFile, availableParallelism(), signal, (runtimes) =>
      agreement([before, after], place, spread(dataset.samples, pictures), { runtimes, signal, onProgress }),
    );
  });
}

/** What the network tells apart, whatever the dataset does. */
function ownClasses({ classes }: ModelInfo, { classes: known, ignore }: ClassMap): ClassMap {
  const count = classes ?? known.length;
  return { classes: Array.from({ length: count }, (_, id) => ({ id, name: `${id}`, color: '#000000' })), ignore };
}
