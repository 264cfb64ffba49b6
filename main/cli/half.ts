import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openDataset } from '../engine/dataset/open.ts';
import { halveModel, type HalfResult } from '../engine/inference/checkpoints/halve.ts';
import { workerFile } from '../program.ts';
import { wholeNumber } from './options.ts';
import { facts, type Output } from './output.ts';
import { countWith } from './progress.ts';
import { run } from './run.ts';

interface Options {
  out: string;
  dataset?: string;
  pictures: number;
  force?: boolean;
  json?: boolean;
}

export function halfCommand(program: Command): void {
  program
    .command('half')
    .argument('<file>', 'ONNX file in float32')
    .description('writes a network once more in float16, with float32 where it matters: half the file')
    .requiredOption('--out <file>', 'ONNX file to write')
    .option('--dataset <dir>', 'pictures on which 99.9 % of the pixels have to keep their label')
    .option('--pictures <n>', 'check at most so many of them', wholeNumber, 32)
    .option('--force', 'write the result also where more labels differ')
    .option('--json', 'print one JSON document')
    .action((file: string, options: Options) =>
      run(async ({ signal, progress }) => {
        const opening = { signal, onProgress: countWith(progress, 'Opening') };
        const result = await halveModel({
          file: resolve(file),
          out: resolve(options.out),
          dataset: options.dataset === undefined ? null : await openDataset(options.dataset, opening),
          pictures: options.pictures,
          force: options.force ?? false,
          workerFile,
          signal,
          onProgress: countWith(progress, 'Comparing'),
        });
        return output(result);
      }, options),
    );
}

function output(result: HalfResult): Output {
  const { out, bytes, halved, single, clamped, flushed, agreement, findings } = result;
  const [before, after] = bytes;
  const kinds = Object.entries(single).map(([kind, count]) => `${count} ${kind}`);
  const head = facts([
    ['written', out],
    ['bytes', `${after} of ${before} (${(100 * (after / before)).toFixed(1)} %)`],
    ['operators in float16', halved],
    ['in float32', kinds.join(', ') || 'none'],
    ['weights out of range', `${clamped} clamped to ±65504, ${flushed} too small and now 0`],
    [
      'labels alike',
      agreement
        ? `${(100 * agreement.share).toFixed(3)} % of the pixels of ${agreement.samples} pictures`
        : 'not checked (--dataset DIR)',
    ],
  ]);
  const lines = findings.map(({ file, problem }) => `${file}: ${problem}`);
  return { json: result, text: [head, ...lines].join('\n') };
}
