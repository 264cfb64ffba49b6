import { resolve } from 'node:path';
import type { Command } from 'commander';
import { evaluate } from '../engine/measures/iou.ts';
import type { Common } from './options.ts';
import { percent, table } from './output.ts';
import { countWith } from './progress.ts';
import { run } from './run.ts';
import { withWorkspace } from './space.ts';

const LABELS = ['given', 'proposed', 'cleaned'] as const;
const shown = (iou: number | null | undefined) => (typeof iou === 'number' ? percent(iou) : '–');

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
            const rows = workspace.dataset.classMap.classes.map(({ name }) => [
              name,
              ...LABELS.map((label) => shown(measured[label].iou[name])),
            ]);
            const mean = ['mean', ...LABELS.map((label) => shown(measured[label].miou))];
            return { json: measured, text: table(['class', ...LABELS], [...rows, mean]) };
          }),
        options,
      ),
    );
}
