import type { Command } from 'commander';
import { rollBack } from '../engine/decide.ts';
import type { Common } from './options.ts';
import { run } from './run.ts';
import { author, withWorkspace } from './space.ts';

interface Options extends Common {
  action: string;
  bringBack?: boolean;
}

export function rollbackCommand(program: Command): void {
  program
    .command('rollback')
    .argument('<dataset>', 'dataset folder')
    .description('takes back one action, whatever was decided after it; single verdicts since then stay')
    .requiredOption('--action <id>', 'as accept and audit name it')
    .option('--bring-back', 'the other way round: an action that was taken back applies again')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) =>
      run(
        (job) =>
          withWorkspace(folder, options.project, job, async (workspace) => {
            const back = !options.bringBack;
            const change = await rollBack(workspace, author, options.action, new Set(), back);
            const { cases, pseudo, text } = change;
            return {
              json: { action: options.action, cases: cases.length, pseudo: pseudo.length, text },
              text: `${text}.`,
            };
          }),
        options,
      ),
    );
}
