import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openDataset } from '../engine/dataset/open.ts';
import { averageCheckpoints, type SoupResult } from '../engine/inference/checkpoints/average.ts';
import { workerFile } from '../program.ts';
import { numberFrom0, wholeNumber } from './options.ts';
import { facts, percent, rounded, table, type Output } from './output.ts';
import { countWith } from './progress.ts';
import { run, UsageError } from './run.ts';

interface Options {
  out: string;
  dataset?: string;
  fold?: number;
  folds?: string;
  pictures: number;
  greedy?: boolean;
  force?: boolean;
  json?: boolean;
}

export function soupCommand(program: Command): void {
  program
    .command('soup')
    .argument('<file...>', 'ONNX files, or folders of them: checkpoints of one training run')
    .description('averages the weights of checkpoints of one run into one network')
    .requiredOption('--out <file>', 'ONNX file to write')
    .option('--dataset <dir>', 'dataset to re-estimate BatchNormalization on, and to judge the result by')
    .option('--greedy', 'keep a checkpoint only if the mIoU rises with it (needs --dataset)')
    .option('--fold <n>', 'the fold this run held out: only its pictures judge', numberFrom0)
    .option(
      '--folds <file>',
      'JSON {name: fold} or a CSV with a column fold (default: folds.json or folds.csv of the dataset)',
    )
    .option('--pictures <n>', 'take statistics and measures of at most so many pictures each', wholeNumber, 256)
    .option('--force', 'write the average also where it is worse than its best checkpoint')
    .option('--json', 'print one JSON document')
    .action((files: string[], options: Options) =>
      run(async ({ signal, progress }) => {
        if (options.greedy && options.dataset === undefined)
          throw new UsageError('--greedy needs --dataset DIR to judge by.');
        const { dataset: folder, folds } = options;
        const opening = { signal, onProgress: countWith(progress, 'Opening') };
        const result = await averageCheckpoints({
          files: files.map((file) => resolve(file)),
          out: resolve(options.out),
          dataset: folder === undefined ? null : await openDataset(folder, opening),
          fold: options.fold ?? null,
          folds: folds === undefined ? null : resolve(folds),
          pictures: options.pictures,
          greedy: options.greedy ?? false,
          force: options.force ?? false,
          workerFile,
          signal,
          onProgress: ({ what, done, total }) => progress.tell(`${what} ${done}/${total}`),
        });
        return output(result);
      }, options),
    );
}

const BATCH_NORM: Record<SoupResult['batchNorm'], string> = {
  none: 'none in these files (most exports fuse it into convolutions)',
  averaged: 'averaged with the weights; with --dataset it is re-estimated, which is usually better',
  're-estimated': 're-estimated',
  kept: 'as in the checkpoint',
};

function output(result: SoupResult): Output {
  const { members, batchNorm, estimatedFrom, out, validation, findings } = result;
  const head = facts([
    ['members', members],
    ['BatchNorm', `${BATCH_NORM[batchNorm]}${estimatedFrom ? ` from ${estimatedFrom} pictures` : ''}`],
    ['written', out],
  ]);
  const lines = findings.map(({ file, problem }) => `${file}: ${problem}`);
  const parts = [head, ...(validation ? ['', judgement(result, validation)] : []), ...lines];
  const measured = validation && {
    ...validation,
    checkpoints: validation.checkpoints.map(({ file, miou }) => ({ file, miou: rounded(miou) })),
    miou: rounded(validation.miou),
  };
  return { json: { ...result, validation: measured }, text: parts.join('\n') };
}

function judgement({ files }: SoupResult, validation: NonNullable<SoupResult['validation']>): string {
  const { samples, heldOut, checkpoints, miou } = validation;
  const rows = checkpoints.map(({ file, miou }) => [file, percent(miou), files.includes(file) ? 'in' : 'left out']);
  const seen = heldOut ? 'none of them seen in training' : 'which may have been seen in training';
  return [
    table(['file', 'mIoU', ''], [...rows, ['average', percent(miou), '']]),
    `on ${samples} labelled pictures, ${seen}`,
  ].join('\n');
}
