import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ThresholdSweep } from '../../common/insights.ts';
import { evaluate, type Evaluation, type Iou } from '../engine/measures/iou.ts';
import type { Common } from './options.ts';
import { percent, table } from './output.ts';
import { countWith } from './progress.ts';
import { run } from './run.ts';
import { recallOf, shareOf } from './shares.ts';
import { withWorkspace } from './space.ts';

export function evaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .argument('<dataset>', 'dataset folder')
    .description('given, proposed and cleaned labels against reference masks, as intersection over union')
    .requiredOption('--against <masks>', 'folder of reference masks, named like those of the dataset')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Common & { against: string }) =>
      run(
        (job) =>
          withWorkspace(folder, options.project, job, async (workspace) => {
            const measured = await evaluate(workspace, resolve(options.against), {
              signal: job.signal,
              onProgress: countWith(job.progress, 'Evaluating'),
            });
            const names = workspace.dataset.classMap.classes.map(({ name }) => name);
            return { json: measured, text: text(measured, names) };
          }),
        options,
      ),
    );
}

function text({ given, proposed, cleaned, pseudo, findings }: Evaluation, names: string[]): string {
  const labels: [string, Iou][] = [
    ['given', given],
    ['proposed', proposed],
    ['cleaned', cleaned],
    ...(pseudo ? [['pseudo', pseudo] as [string, Iou]] : []),
  ];
  const row = (name: string, cell: (iou: Iou) => string) => [name, ...labels.map(([, iou]) => cell(iou))];
  const rows = [
    row('pictures', ({ samples }) => String(samples)),
    row('pixels right', ({ accuracy }) => shareOf(accuracy)),
    row('mean IoU', ({ miou }) => shareOf(miou)),
    ...names.map((name) => row(`  ${name}`, ({ iou }) => shareOf(iou[name]))),
    row('mean boundary IoU', ({ boundaryMiou }) => shareOf(boundaryMiou)),
    ...names.map((name) => row(`  ${name}`, ({ boundaryIou }) => shareOf(boundaryIou[name]))),
    ...given.recall.map(({ size }, n) => row(`${size} objects found`, ({ recall }) => recallOf(recall[n]))),
  ];
  const sweeps = [
    ...sweepLine('proposed', proposed.sweep, names),
    ...sweepLine('pseudo', pseudo?.sweep, names),
    ...findings.map(({ file, problem }) => `${file}: ${problem}`),
  ];
  return [table(['', ...labels.map(([label]) => label)], rows), ...sweeps].join('\n');
}

function sweepLine(label: string, sweep: ThresholdSweep | null | undefined, names: string[]): string[] {
  if (!sweep) return [];
  const { threshold, f1, iou } = sweep.points[sweep.bestF1];
  return [`${label}: best threshold of ${names[1]} ${threshold.toFixed(2)}, F1 ${percent(f1)}, IoU ${percent(iou)}`];
}
