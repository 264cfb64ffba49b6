import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { Activation, Preprocessing } from '../../common/ensemble.ts';
import type { ModelInfo } from '../../common/scan.ts';
import { describeModels } from '../engine/onnx/describe.ts';
import { facts, type Output } from './output.ts';
import { run } from './run.ts';

export function describeCommand(program: Command): void {
  program
    .command('describe')
    .argument('<model...>', 'ONNX files, or folders of them')
    .description('what an ONNX file takes and gives, and how Winnow would run it')
    .option('--json', 'print one JSON document')
    .action((models: string[], { json }: { json?: boolean }) =>
      run(async () => output(await describeModels(models.map((model) => resolve(model)))), { json }),
    );
}

function output(models: ModelInfo[]): Output {
  return { json: models, text: models.map(describe).join('\n\n') };
}

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

function describe(model: ModelInfo): string {
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
  ]);
  return `${model.file}\n${lines.replace(/^/gm, '  ')}`;
}

const scaleOf = (scale: number) => (Math.abs(255 * scale - 1) < 1e-6 ? '1/255' : scale);

const preparationText = ({ channels, scale, mean, std }: Preprocessing) =>
  `${channels}, × ${scaleOf(scale)}, mean ${mean.join(' ')}, std ${std.join(' ')}`;

function sizeText({ size, multiple }: ModelInfo): string {
  if (size) return `${size.width} × ${size.height}`;
  return multiple > 1 ? `multiples of ${multiple}` : 'any';
}

function classText({ classes, classNames }: ModelInfo): string {
  if (classNames) return `${classNames.length}: ${classNames.join(', ')}`;
  return classes === null ? 'not declared' : `${classes}, without names`;
}
