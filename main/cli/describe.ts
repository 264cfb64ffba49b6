import type { Command } from 'commander';
import { resolve } from 'node:path';
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
const port = ({ name, type, shape }: Port) => `${name}: ${type} ${shape.join(' × ')}`;

const scaleOf = (scale: number) => (Math.abs(255 * scale - 1) < 1e-6 ? '1/255' : scale);

function describe(model: ModelInfo): string {
  if (model.problem !== null) return `${model.file}\n  cannot be used: ${model.problem}`;
  const { channels, scale, mean, std } = model.preprocessing;
  const lines = facts([
    ['takes', model.inputs.map(port).join(', ')],
    ['gives', model.outputs.map(port).join(', ')],
    ['classes', model.classes ?? 'not declared'],
    ['activation', model.activation],
    ['pre-processing', `${channels}, × ${scaleOf(scale)}, mean ${mean.join(' ')}, std ${std.join(' ')}`],
    ['held-out fold', model.fold ?? 'unknown'],
  ]);
  return `${model.file}\n${lines.replace(/^/gm, '  ')}`;
}
