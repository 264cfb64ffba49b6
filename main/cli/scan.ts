import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { NAMED_TTA } from '../../common/ensemble.ts';
import { DEVICES, type Device, type ScanResult, type ScanSettings, type ScanState } from '../../common/scan.ts';
import { InputError } from '../engine/errors.ts';
import { scanDataset } from '../engine/inference/scan.ts';
import { readSettings, writeSettings } from '../engine/project.ts';
import { workerFile } from '../program.ts';
import { shard, wholeNumber, type Common } from './options.ts';
import { duration, facts, type Output } from './output.ts';
import { run, UsageError } from './run.ts';
import { withWorkspace } from './space.ts';

interface Options extends Common {
  models?: string[];
  folds?: string;
  tta?: string;
  device?: Device;
  processes?: number;
  limit?: number;
  shard?: [number, number];
  ensemble?: string;
  window?: string;
  overlap?: string;
  blend?: string;
}

export function scanCommand(program: Command): void {
  program
    .command('scan')
    .argument('<dataset>', 'dataset folder')
    .description('proposals and cases for every picture; goes on where an earlier scan stopped; Ctrl-C is safe')
    .option('--models <file or folder...>', 'ONNX files, or folders of them')
    .option('--folds <file>', 'JSON {sample name: fold}: which model did not train on which picture')
    .option('--tta <mode>', 'test-time augmentation: none or hflip')
    .addOption(new Option('--device <device>', 'where the models run').choices(DEVICES))
    .option('--processes <n>', 'inference processes', wholeNumber)
    .option('--limit <n>', 'only so many pictures', wholeNumber)
    .option('--shard <i/n>', 'only part i of n, for several machines on one project folder', shard)
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .addOption(new Option('--ensemble <file>').hideHelp())
    .addOption(new Option('--window <n>').hideHelp())
    .addOption(new Option('--overlap <f>').hideHelp())
    .addOption(new Option('--blend <kind>').hideHelp())
    .action((folder: string, options: Options) => run((job) => scan(folder, options, job), options));
}

async function scan(folder: string, options: Options, job: Parameters<Parameters<typeof run>[0]>[0]): Promise<Output> {
  refuseTheUnavailable(options);
  return withWorkspace(folder, options.project, job, async ({ dataset, project, results }) => {
    const settings = chosen(options, await readSettings(project));
    if (!settings.models.length)
      throw new InputError('Expected models to scan with (--models FILE_OR_FOLDER …), found none given or kept.');
    await writeSettings(project, settings);
    const result = await scanDataset(dataset, project, settings, {
      results,
      limit: options.limit,
      shard: options.shard,
      workerFile,
      signal: job.signal,
      onProgress: (state) => job.progress.tell(line(state)),
    });
    return { json: result, text: report(result) };
  });
}

/** What the command line says, else what the project remembers. */
function chosen(options: Options, kept: ScanSettings): ScanSettings {
  return {
    models: options.models?.map((model) => resolve(model)) ?? kept.models,
    folds: options.folds !== undefined ? resolve(options.folds) : kept.folds,
    members: kept.members,
    tta: options.tta === undefined ? kept.tta : NAMED_TTA[options.tta as keyof typeof NAMED_TTA],
    merge: kept.merge,
    window: kept.window,
    device: options.device ?? kept.device,
    processes: options.processes ?? kept.processes,
  };
}

function refuseTheUnavailable({ ensemble, tta, window, overlap, blend }: Options): void {
  if (ensemble !== undefined) throw new UsageError('--ensemble is not available yet: name the models with --models.');
  if (window !== undefined || overlap !== undefined || blend !== undefined)
    throw new UsageError('--window, --overlap and --blend are not available yet: pictures are run whole.');
  if (tta !== undefined && tta !== 'none' && tta !== 'hflip')
    throw new UsageError(`--tta ${tta} is not available: expected none or hflip.`);
}

function line(state: ScanState): string {
  const done = state.scanned + state.cached + state.failed;
  const rate = state.rate === null ? '' : `, ${state.rate.toFixed(1)} pictures/s`;
  const left = state.secondsLeft === null ? '' : `, ${duration(state.secondsLeft)} left`;
  return `Scanning ${done}/${state.total}${rate}${left}, ${state.cases} cases`;
}

function report(result: ScanResult): string {
  const { decode, model, cases, encode } = result.stages;
  const stages = Object.entries({ decode, model, cases, encode }).map(([name, s]) => `${name} ${s.toFixed(1)} s`);
  return [
    facts([
      ['scanned', result.scanned],
      ['already there', result.cached],
      ['failed', result.failed],
      ['cases', result.cases],
      ['took', duration(result.seconds)],
      ['provider', result.provider ?? 'none needed'],
      ['time in processes', stages.join(', ')],
    ]),
    ...result.findings.map(({ file, problem }) => `${file}: ${problem}`),
  ].join('\n');
}
