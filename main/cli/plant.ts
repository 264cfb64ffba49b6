import type { Command } from 'commander';
import { CASE_KINDS } from '../../common/case.ts';
import { OBJECT_SIZES } from '../../common/insights.ts';
import type { Found, PlantedReport } from '../../common/planted.ts';
import { plantErrors } from '../engine/planted/planted.ts';
import { workerFile } from '../program.ts';
import { wholeNumber, type Common } from './options.ts';
import { percent, table } from './output.ts';
import { countWith } from './progress.ts';
import { run } from './run.ts';
import { withWorkspace } from './space.ts';

interface Options extends Common {
  errors: number;
  seed: number;
}

export function plantCommand(program: Command): void {
  program
    .command('plant')
    .argument('<dataset>', 'dataset folder')
    .description('what share of known errors the scan finds: planted in copies, never in the dataset')
    .option('--errors <n>', 'how many', wholeNumber, 200)
    .option('--seed <n>', 'another number plants other errors', wholeNumber, 1)
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, { errors, seed, ...options }: Options) =>
      run(
        (job) =>
          withWorkspace(folder, options.project, job, async (workspace) => {
            const onProgress = countWith(job.progress, 'Scanning copies');
            const report = await plantErrors(
              workspace,
              { errors, seed },
              { workerFile, signal: job.signal, onProgress },
            );
            const { classes } = workspace.dataset.classMap;
            const byName = Object.fromEntries(classes.map(({ name }, index) => [name, report.classes[index]]));
            const names = classes.map(({ name }) => name);
            return { json: { ...report, classes: byName }, text: text(report, names) };
          }),
        options,
      ),
    );
}

function text(report: PlantedReport, names: string[]): string {
  const rows: [string, Found | null][] = [
    ['all', report.all],
    ...CASE_KINDS.map((kind): [string, Found] => [kind, report.kinds[kind]]),
    ...OBJECT_SIZES.map((size): [string, Found] => [size, report.sizes[size]]),
    ...names.map((name, index): [string, Found | null] => [name, report.classes[index]]),
  ];
  const share = (part: number, whole: number) => (whole ? percent(part / whole) : '–');
  const cells = rows.flatMap(([name, found]) =>
    found ? [[name, found.planted, share(found.found, found.planted), share(found.covered, found.planted)]] : [],
  );
  const header = ['', 'planted', `found from ${report.leastScore} up`, 'found at any score'];
  return `${report.all.planted} errors planted in copies of ${report.samples} pictures\n\n${table(header, cells)}`;
}
