import { dirname } from 'node:path';
import type { Finding } from '../../../../common/dataset.ts';
import type { ModelInfo } from '../../../../common/scan.ts';
import { writeAtomic } from '../../atomic.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { InputError } from '../../errors.ts';
import { throwIfCancelled } from '../../long.ts';
import { batchNormsOf } from '../../onnx/weights/batch-norm.ts';
import { addWhileBetter } from '../../onnx/weights/greedy.ts';
import type { Model } from '../../onnx/model.ts';
import { encodeModel } from '../../onnx/proto.ts';
import { readModel } from '../../onnx/read.ts';
import { Soup } from '../../onnx/weights/soup.ts';
import { carryOver } from './carry-over.ts';
import { averageAll } from './checkpoints.ts';
import { Judge, type JudgeOptions } from './judge.ts';
import { makeFolder } from '../../make-folder.ts';

export interface SoupOptions extends Omit<JudgeOptions, 'dataset'> {
  /** ONNX files, or folders of them, absolute */
  files: string[];
  /** absolute; none of the files */
  out: string;
  /** what BatchNormalization is re-estimated on and the result is judged by; null: neither is done */
  dataset: Dataset | null;
  /** the fold the run held out; null: as the files say */
  fold: number | null;
  /** keeps a checkpoint only if the mIoU rises with it, best first */
  greedy: boolean;
  /** writes the result also where it is worse than the best checkpoint */
  force: boolean;
}

/**
 * What became of BatchNormalization. `none`: there are no such nodes, most often because the export has fused them into
 * convolutions; `averaged`: with the rest of the weights; `re-estimated`: from pictures; `kept`: one checkpoint is left.
 */
export type BatchNormOutcome = 'none' | 'averaged' | 're-estimated' | 'kept';

export interface SoupResult {
  /** checkpoints in the average */
  members: number;
  /** which they are */
  files: string[];
  batchNorm: BatchNormOutcome;
  /** pictures that BatchNormalization was re-estimated from */
  estimatedFrom: number;
  out: string;
  /** null: there was nothing to judge by */
  validation: {
    samples: number;
    /** none of the checkpoints has seen these pictures in training, as far as the folds tell */
    heldOut: boolean;
    /** of every checkpoint, in or not */
    checkpoints: { file: string; miou: number }[];
    miou: number;
  } | null;
  findings: Finding[];
}

type Average = Pick<SoupResult, 'files' | 'estimatedFrom' | 'validation' | 'findings'> & { model: Model };

/**
 * Averages checkpoints of one run into one network, which runs as fast as any of them. Throws InputError, and writes
 * nothing, where they are no checkpoints of one run, or where the average is worse than the best of them.
 */
export async function averageCheckpoints(options: SoupOptions): Promise<SoupResult> {
  const { signal, out, dataset, fold, force } = options;
  const { checkpoints, soup } = await averageAll(options.files, out, signal);
  const [first] = checkpoints;
  if (fold !== null && first.fold !== null && fold !== first.fold)
    throw new InputError(`Expected checkpoints that held out fold ${fold}, found ${first.file} of fold ${first.fold}.`);
  const info: ModelInfo = { ...first, fold: fold ?? first.fold };
  const files = checkpoints.map(({ file }) => file);
  const average: Average = dataset
    ? await Judge.during(info, { ...options, dataset }, (judge) => judgedAverage(judge, files, soup, options))
    : { model: soup.model, files, estimatedFrom: 0, validation: null, findings: [] };
  throwIfCancelled(signal);
  const { model, validation, files: used, estimatedFrom } = average;
  if (validation && !force) refuseLoss(validation);
  await makeFolder(dirname(out));
  await writeAtomic(out, encodeModel(model));
  const findings = [...average.findings, ...(await carryOver(info, out))];
  const batchNorm = outcomeOf(average);
  return { members: used.length, files: used, batchNorm, estimatedFrom, out, validation, findings };
}

async function judgedAverage(judge: Judge, files: string[], all: Soup, { greedy }: SoupOptions): Promise<Average> {
  const { heldOut, findings, judged } = judge;
  if (!judged.length) {
    if (greedy) throw new InputError('Expected labelled pictures to choose checkpoints by, found none.');
    const { model, samples } = await judge.settle(all.model);
    return { model, files, estimatedFrom: samples, validation: null, findings };
  }
  const checkpoints: { file: string; miou: number }[] = [];
  for (const [i, file] of files.entries())
    checkpoints.push({ file, miou: await judge.miou(file, `Checkpoint ${i + 1} of ${files.length}:`) });
  const rate = async (soup: Soup) => {
    const { model, samples } = await judge.settle(soup.model);
    return { model, miou: await judge.miou(model, `Average of ${soup.count}:`), estimatedFrom: samples };
  };
  const best = greedy
    ? await addWhileBetter(checkpoints, { start: (model) => Soup.of(model), read: readModel, rate })
    : { ...(await rate(all)), files };
  const validation = { samples: judged.length, heldOut, checkpoints, miou: best.miou };
  return { ...best, validation, findings };
}

function outcomeOf({ model, files, estimatedFrom }: Average): BatchNormOutcome {
  if (!batchNormsOf(model).length) return 'none';
  if (estimatedFrom) return 're-estimated';
  return files.length === 1 ? 'kept' : 'averaged';
}

function refuseLoss({ checkpoints, miou }: NonNullable<SoupResult['validation']>): void {
  const best = checkpoints.reduce((a, b) => (b.miou > a.miou ? b : a));
  if (miou >= best.miou) return;
  throw new InputError(
    `Expected an average with at least the mIoU of its best checkpoint (${best.miou.toFixed(4)}, ${best.file}), found ${miou.toFixed(4)}: nothing was written; --greedy leaves out what does harm, --force writes it all the same.`,
  );
}
