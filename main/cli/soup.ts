import type { Command } from 'commander';
import { run, UsageError } from './run.ts';

export function soupCommand(program: Command): void {
  program
    .command('soup', { hidden: true })
    .argument('[file...]')
    .option('--out <file>')
    .option('--json')
    .action(() =>
      run(async () => {
        throw new UsageError('soup is not available yet: average the checkpoints before exporting them to ONNX.');
      }),
    );
}
