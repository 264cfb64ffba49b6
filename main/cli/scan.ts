import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import {
  BLENDS,
  MERGES,
  type Blend,
  type Merge,
  type TtaSettings,
  type WindowSettings,
} from '../../common/ensemble.ts';
import { DEVICES, type Device, type ScanResult, type ScanSettings, type ScanState } from '../../common/scan.ts';
import { readEnsemble } from '../engine/ensemble-file.ts';
import { InputError } from '../engine/errors.ts';
import { scanDataset } from '../engine/inference/scan.ts';
import { readSettings, writeSettings } from '../engine/project.ts';
import { workerFile } from '../program.ts';
import { numberFrom0, overlap, shard, temperature, tta, wholeNumber, windowSize, type Common } from './options.ts';
import { duration, facts, type Output } from './output.ts';
import { run, UsageError } from './run.ts';
import { withWorkspace } from './space.ts';

interface Options extends Common {
  models?: string[];
  folds?: string;
  inFold?: number;
  tta?: TtaSettings;
  device?: Device;
  processes?: number;
  limit?: number;
  shard?: [number, number];
  ensemble?: string;
  merge?: Merge;
  temperature?: number;
  window?: number;
  overlap?: number;
  blend?: Blend;
}

export function scanCommand(program: Command): void {
  program
    .command('scan')
    .argument('<dataset>', 'dataset folder')
    .description(
      'proposals and cases for every picture; goes on where an earlier scan stopped; Ctrl-C is safe; what is not said is as in the last scan',
    )
    .option('--models <file or folder...>', 'ONNX files, or folders of them')
    .option(
      '--folds <file>',
      'JSON {name: fold} or a CSV with a column fold: which model did not train on which picture',
    )
    .option(
      '--in-fold <n>',
      'members that did train on a labelled picture, asked for a second look at its cases; 0: none (default: 1)',
      numberFrom0,
    )
    .option(
      '--ensemble <file>',
      'JSON: members with weights, folds, sizes, class maps; TTA; merge; temperature; window',
    )
    .option(
      '--tta <kind>',
      'test-time augmentation: none, hflip, vflip, flip, d4, or such as d4,scale=0.75/1.25,add=0.1 (default: hflip, or what --ensemble says)',
      tta,
    )
    .addOption(new Option('--merge <kind>', 'how passes become one (default: mean)').choices(MERGES))
    .option(
      '--temperature <t>',
      'p ∝ p̄^(1/T) after the merge, as `winnow calibrate` finds it (default: 1)',
      temperature,
    )
    .option('--window <n>', 'side of sliding windows, pixels; 0: pictures run whole', windowSize)
    .option('--overlap <f>', 'share of a side that neighbouring windows have in common (default: 0.5)', overlap)
    .addOption(new Option('--blend <kind>', 'weights inside a window (default: gaussian)').choices(BLENDS))
    .addOption(new Option('--device <device>', 'where the models run').choices(DEVICES))
    .option('--processes <n>', 'inference processes', wholeNumber)
    .option('--limit <n>', 'only so many pictures', wholeNumber)
    .option('--shard <i/n>', 'only part i of n, for several machines on one project folder', shard)
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) => run((job) => scan(folder, options, job), options));
}

async function scan(folder: string, options: Options, job: Parameters<Parameters<typeof run>[0]>[0]): Promise<Output> {
  return withWorkspace(folder, options.project, job, async ({ dataset, project, results }) => {
    const settings = await chosen(options, await readSettings(project));
    if (!settings.models.length)
      throw new InputError('Expected models to scan with (--models FILE_OR_FOLDER …), found none given or kept.');
    const result = await scanDataset(dataset, project, settings, {
      results,
      limit: options.limit,
      shard: options.shard,
      workerFile,
      onBegin: () => writeSettings(project, settings),
      signal: job.signal,
      onProgress: (state) => job.progress.tell(line(state)),
    });
    return { json: result, text: report(result) };
  });
}

/** What the command line says, else the ensemble file, else what the project remembers. */
async function chosen(options: Options, kept: ScanSettings): Promise<ScanSettings> {
  const base = options.ensemble === undefined ? kept : { ...kept, ...(await readEnsemble(options.ensemble)) };
  return {
    models: options.models?.map((model) => resolve(model)) ?? base.models,
    folds: options.folds !== undefined ? resolve(options.folds) : base.folds,
    inFold: options.inFold ?? base.inFold,
    members: base.members,
    tta: options.tta ?? base.tta,
    merge: options.merge ?? base.merge,
    temperature: options.temperature ?? base.temperature,
    window: windowOf(options, base.window),
    device: options.device ?? base.device,
    processes: options.processes ?? base.processes,
  };
}

function windowOf({ window: size, overlap, blend }: Options, base: WindowSettings | null): WindowSettings | null {
  if (size === 0) return null;
  const whole = base ?? (size === undefined ? null : { size, overlap: 0.5, blend: 'gaussian', keep: 1 });
  if (!whole && (overlap !== undefined || blend !== undefined))
    throw new UsageError('--overlap and --blend say how windows meet: expected --window with them.');
  return (
    whole && { ...whole, size: size ?? whole.size, overlap: overlap ?? whole.overlap, blend: blend ?? whole.blend }
  );
}

function line(state: ScanState): string {
  const done = state.scanned + state.cached + state.failed;
  const rate = state.rate === null ? '' : `, ${state.rate.toFixed(1)} pictures/s`;
  const left = state.secondsLeft === null ? '' : `, ${duration(state.secondsLeft)} left`;
  return `Scanning ${done}/${state.total}${rate}${left}, ${state.cases} cases`;
}

function report(result: ScanResult): string {
  const { decode, pre, model, post, cases, encode } = result.stages;
  const stages = Object.entries({ decode, pre, model, post, cases, encode }).flatMap(([name, s]) =>
    s === null ? [] : [`${name} ${s.toFixed(1)} s`],
  );
  return [
    facts([
      ['scanned', result.scanned],
      ['already there', result.cached],
      ['failed', result.failed],
      ['cases', result.cases],
      ['took', duration(result.seconds)],
      ['provider', result.provider ?? 'none needed'],
      ...(result.sureness === null ? [] : [['sureness', sureness(result.sureness)] satisfies [string, string]]),
      ['time in processes', stages.join(', ')],
    ]),
    ...result.findings.map(({ file, problem }) => `${file}: ${problem}`),
  ].join('\n');
}

/** In words what scores take into account. */
function sureness(times: number): string {
  const side =
    times < 1 ? 'surer than they are right' : times > 1 ? 'right more often than they say' : 'as right as they say';
  return `${times.toFixed(2)} (the models are ${side})`;
}
