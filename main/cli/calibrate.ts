import type { Command } from 'commander';
import type { Calibration } from '../../common/calibration.ts';
import { calibrate } from '../engine/calibration/calibrate.ts';
import { InputError } from '../engine/errors.ts';
import type { Workspace } from '../engine/workspace.ts';
import type { Common } from './options.ts';
import { facts, percent, rounded, table } from './output.ts';
import { countWith } from './progress.ts';
import { run } from './run.ts';
import { scanned, withWorkspace } from './space.ts';

export function calibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .argument('<dataset>', 'dataset folder')
    .description('temperature of the ensemble from the labels of held-out pictures, with what it does to calibration')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Common) =>
      run(
        (job) =>
          withWorkspace(folder, options.project, job, async (workspace) => {
            scanned(workspace);
            const long = { signal: job.signal, onProgress: countWith(job.progress, 'Reading') };
            const calibration = await calibrate(workspace, long);
            if (!calibration)
              throw new InputError(
                'Expected a scan with at least two labelled pictures scored by held-out models, found none: give models their folds and scan again.',
              );
            return { json: calibration, text: report(workspace, calibration) };
          }),
        options,
      ),
    );
}

function report({ dataset }: Workspace, calibration: Calibration): string {
  const { temperature, noise, samples, pixels, before, after } = calibration;
  const names = dataset.classMap.classes.map(({ name }) => name);
  const [a, b] = [before.reliability, after.reliability];
  const rows: [string, number | undefined, number | undefined][] = [
    ['all', a.overall.ece, b.overall.ece],
    ['border', a.border.ece, b.border.ece],
    ['interior', a.interior.ece, b.interior.ece],
    ...names.map((name, k): [string, number | undefined, number | undefined] => [
      name,
      a.classes[k]?.ece,
      b.classes[k]?.ece,
    ]),
  ];
  const shown = (ece: number | undefined) => (ece === undefined ? '–' : rounded(ece).toFixed(4));
  const best = rounded(temperature);
  return [
    facts([
      ['temperature', best],
      ['labels taken for wrong', percent(noise)],
      ['measured on', `${pixels} pixels of ${samples} held-out pictures`],
      ['NLL', `${rounded(before.nll)} → ${rounded(after.nll)} nats a pixel, against the given labels`],
    ]),
    '',
    table(
      ['ECE', 'before', 'after'],
      rows.map(([name, ...values]) => [name, ...values.map(shown)]),
    ),
    '',
    `To scan with it: winnow scan DATASET --temperature ${best}`,
  ].join('\n');
}
