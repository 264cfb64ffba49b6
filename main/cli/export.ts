import { resolve } from 'node:path';
import type { Command } from 'commander';
import { exportTrainSet } from '../engine/export/merge.ts';
import { version } from '../program.ts';
import type { Common } from './options.ts';
import { facts } from './output.ts';
import { countWith } from './progress.ts';
import { run, UsageError } from './run.ts';
import { withWorkspace } from './space.ts';

interface Options extends Common {
  out: string;
  format: string;
  replace?: boolean;
  copy?: boolean;
}

export function exportCommand(program: Command): void {
  program
    .command('export')
    .argument('<dataset>', 'dataset folder')
    .description('the merged train set, in a new folder')
    .requiredOption('--out <dir>', 'folder to make')
    .option('--format <f>', 'folder: images/, masks/, classes.json, train.txt, manifest.json', 'folder')
    .option('--replace', 'put it in the place of what is in the folder now')
    .option('--copy', 'copy the pictures; a hard link, as they are made else, is the original under a second name')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) =>
      run((job) => {
        const { format, out, replace = false, project } = options;
        if (format !== 'folder') throw new UsageError(`--format ${format} is not available: expected folder.`);
        return withWorkspace(folder, project, job, async (workspace) => {
          const result = await exportTrainSet(workspace, resolve(out), {
            replace,
            version,
            pictures: options.copy ? 'copy' : 'link',
            signal: job.signal,
            onProgress: countWith(job.progress, 'Exporting'),
          });
          const totals = facts([
            ['pictures', result.samples],
            ['untouched', result.untouched],
            ['cleaned', result.cleaned],
            ['pseudo-labelled', result.pseudo],
            ['folder', result.out],
          ]);
          const left = result.findings.map(({ file, problem }) => `${file}: ${problem}`);
          return { json: result, text: [totals, ...left].join('\n') };
        });
      }, options),
    );
}
