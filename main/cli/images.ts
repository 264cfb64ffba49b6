import type { Command } from 'commander';
import type { Common } from './options.ts';
import { rounded, table } from './output.ts';
import { run } from './run.ts';
import { scanned, withWorkspace } from './space.ts';

export function imagesCommand(program: Command): void {
  program
    .command('images')
    .argument('<dataset>', 'dataset folder')
    .description('labelled pictures, the most likely mislabelled first')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Common) =>
      run(
        (job) =>
          withWorkspace(folder, options.project, job, async (workspace) => {
            const pictures = [...scanned(workspace)]
              .filter((result) => result.labelled)
              .sort((a, b) => b.score - a.score || (a.sample < b.sample ? -1 : 1))
              .map(({ sample, score, softmin, heldOut }) => ({ sample, score, softmin, heldOut }));
            const rows = pictures.map(({ sample, score, softmin, heldOut }) => [
              sample,
              rounded(score),
              rounded(softmin),
              heldOut ? 'yes' : 'no',
            ]);
            return { json: pictures, text: table(['picture', 'score', 'softmin', 'held out'], rows) };
          }),
        options,
      ),
    );
}
