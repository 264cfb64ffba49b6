import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finding } from '../../common/dataset.ts';
import { checkPixels } from '../engine/dataset/check.ts';
import { summarise } from '../engine/workspace.ts';
import type { Common } from './options.ts';
import { facts, table, type Output } from './output.ts';
import { countWith } from './progress.ts';
import { run } from './run.ts';
import { withWorkspace } from './space.ts';

export function checkCommand(program: Command): void {
  program
    .command('check')
    .argument('<dataset>', 'dataset folder')
    .description('detects the format and reports what is wrong with the files; decodes every picture and mask')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Common) =>
      run(
        (job) =>
          withWorkspace(resolve(folder), options.project, job, async (workspace) => {
            const pixels = await checkPixels(workspace.dataset, {
              signal: job.signal,
              onProgress: countWith(job.progress, 'Checking'),
            });
            return output(summarise(workspace), pixels);
          }),
        options,
      ),
    );
}

function output(summary: ReturnType<typeof summarise>, pixels: Finding[]): Output {
  const { format, classes, ignore, samples, labelled, unlabelled } = summary;
  const findings = [...summary.findings, ...pixels];
  const head = facts([
    ['format', format],
    ['pictures', `${samples}: ${labelled} labelled, ${unlabelled} unlabelled`],
    ['ignore label', ignore ?? 'none'],
    ['findings', findings.length],
  ]);
  const classTable = table(
    ['id', 'class', 'colour'],
    classes.map(({ id, name, color }) => [id, name, color]),
  );
  const lines = findings.map(({ file, problem }) => `${file}: ${problem}`);
  return {
    json: { format, classes, ignore, samples, labelled, unlabelled, findings },
    text: [head, '', classTable, ...(lines.length ? ['', ...lines] : [])].join('\n'),
  };
}
