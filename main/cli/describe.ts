import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { adviceOf, preparationText } from '../../common/advice.ts';
import type { Activation } from '../../common/ensemble.ts';
import { DEVICES, type Device, type ModelInfo } from '../../common/scan.ts';
import type { Proof, Reading } from '../../common/trial.ts';
import { openDataset } from '../engine/dataset/open.ts';
import { InputError } from '../engine/errors.ts';
import { noModel } from '../engine/inference/ensemble.ts';
import type { BareOptions } from '../engine/inference/proof/bare-network.ts';
import { locateModel, proveModel } from '../engine/inference/proof/prove.ts';
import { describeModels } from '../engine/onnx/describe/describe.ts';
import { workerFile } from '../program.ts';
import { facts, rounded, type Output } from './output.ts';
import { run, type Run } from './run.ts';

interface Options {
  dataset?: string;
  device: Device;
  json?: boolean;
}

export function describeCommand(program: Command): void {
  program
    .command('describe')
    .argument('<model...>', 'ONNX files, or folders of them')
    .description('what an ONNX file takes and gives, and how Winnow would run it')
    .option('--dataset <dir>', 'a dataset to try it on: how it is read best, and which of its classes are which')
    .addOption(new Option('--device <device>', 'where the models run').choices(DEVICES).default('auto'))
    .option('--json', 'print one JSON document')
    .action((models: string[], options: Options) => run((job) => describeAll(models, options, job), options));
}

/** A model as described, where it runs, and how it does on a dataset. */
interface Row extends ModelInfo {
  provider: string | null;
  /** mIoU, 0..1, as it is declared and with its classes mapped; null: not tried */
  check: { miou: number; samples: number } | null;
  /** the best way to read it, and the class index of the dataset for each of its classes */
  best: Reading | null;
  classMap: (number | null)[] | null;
  advice: string | null;
}

async function describeAll(models: string[], options: Options, { signal, progress }: Run): Promise<Output> {
  const how = { workerFile, device: options.device, signal };
  const dataset = options.dataset === undefined ? null : await openDataset(resolve(options.dataset), { signal });
  const rows: Row[] = [];
  const infos = await describeModels(models.map((model) => resolve(model)));
  if (!infos.length) throw new InputError(`Expected ONNX files in ${models.join(', ')}, found none.`);
  for (const [i, info] of infos.entries()) {
    progress.tell(`Trying ${info.name} (${i + 1}/${infos.length})`);
    const proof = dataset && info.problem === null ? await proveModel(dataset, info.file, how) : null;
    rows.push(proof?.samples ? provedRow(info, proof) : await locatedRow(info, how, proof));
  }
  const usable = rows.some(({ problem }) => problem === null);
  return {
    json: rows.map(toJson),
    text: rows.map(describe).join('\n\n'),
    ...(!usable && { problem: noModel(rows.map(({ file, problem }) => ({ file, problem: problem ?? '' }))).message }),
  };
}

function provedRow(info: ModelInfo, proof: Proof): Row {
  const { provider, declared, classMap, samples } = proof;
  const check = { miou: declared.miou, samples };
  return { ...info, provider, check, best: proof.readings[0], classMap, advice: adviceOf(proof) };
}

async function locatedRow(info: ModelInfo, how: BareOptions, proof: Proof | null): Promise<Row> {
  const untried = { check: null, best: null, classMap: null, advice: proof && adviceOf(proof) };
  return { ...info, ...(await locateModel(info, how)), ...untried };
}

const toJson = ({ check, best, ...row }: Row) => ({
  ...row,
  check: check && { ...check, miou: rounded(check.miou) },
  best: best && { ...best, miou: rounded(best.miou) },
});

type Port = ModelInfo['inputs'][number];
const port = ({ name, type, shape }: Port) => `${name}: ${type} ${shape.join(' × ')}`.trim();

const AXES = { nchw: 'N × 3 × H × W', nhwc: 'N × H × W × 3' } as const;

const ACTIVATION_TEXT: Record<Activation, string> = {
  logits: 'logits, softmax makes probabilities of them',
  probabilities: 'probabilities',
  'sigmoid-logits': 'logits, a sigmoid for each class makes probabilities of them',
  sigmoid: 'probabilities of each class on its own',
  ids: 'ids, the likeliest class alone: every pass is a vote',
};

function describe(model: Row): string {
  const ports: [string, string][] = [
    ['takes', model.inputs.map(port).join(', ')],
    ['gives', model.outputs.map(port).join(', ')],
  ];
  const known = model.inputs.length ? `\n${facts(ports).replace(/^/gm, '  ')}` : '';
  if (model.problem !== null) return `${model.file}\n  cannot be used: ${model.problem}${known}`;
  const lines = facts([
    ...ports,
    ['layout', AXES[model.layout]],
    ['size', sizeText(model)],
    ['map', model.output],
    ['classes', classText(model)],
    ['activation', ACTIVATION_TEXT[model.activation]],
    ['pre-processing', preparationText(model.preprocessing)],
    ['declared', model.declared ?? 'nowhere: activation is told from the network, pre-processing is the usual'],
    ['held-out fold', model.fold ?? 'unknown'],
    ['runs on', model.provider ?? 'nothing here'],
    ...checkText(model),
  ]);
  return `${model.file}\n${lines.replace(/^/gm, '  ')}`;
}

function checkText({ check, advice }: Row): [string, string][] {
  const agreement =
    check &&
    `mIoU ${check.miou.toFixed(3)} on ${check.samples} labelled ${check.samples === 1 ? 'picture' : 'pictures'}, read as declared`;
  const lines: [string, string | null][] = [
    ['check', agreement],
    ['advice', advice],
  ];
  return lines.filter((line): line is [string, string] => line[1] !== null);
}

function sizeText({ size, multiple, resize }: ModelInfo): string {
  if (size) return `${size.width} × ${size.height}`;
  if (resize) return `resized to ${resize.width} × ${resize.height} as declared, takes others`;
  return multiple > 1 ? `multiples of ${multiple}` : 'any';
}

function classText({ classes, classNames }: ModelInfo): string {
  if (classNames) return `${classNames.length}: ${classNames.join(', ')}`;
  return classes === null ? 'not declared' : `${classes}, without names`;
}
