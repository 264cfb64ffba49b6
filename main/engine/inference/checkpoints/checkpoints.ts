import { basename } from 'node:path';
import type { ModelInfo } from '../../../../common/scan.ts';
import { InputError } from '../../errors.ts';
import { throwIfCancelled } from '../../long.ts';
import { describeModels } from '../../onnx/describe/describe.ts';
import { readModel } from '../../onnx/read.ts';
import { quantisedPart, Soup } from '../../onnx/weights/soup.ts';

/**
 * Reads ONNX files, or those in folders, as checkpoints of one run, and averages them: the first is what the result is
 * run like. Throws InputError, one sentence, where they cannot be averaged; `out` may be none of them.
 */
export async function averageAll(
  paths: string[],
  out: string,
  signal?: AbortSignal,
): Promise<{ checkpoints: ModelInfo[]; soup: Soup }> {
  const checkpoints = await describeModels(paths);
  if (checkpoints.length < 2) throw new InputError(`Expected at least two checkpoints, found ${checkpoints.length}.`);
  for (const { file, problem } of checkpoints) {
    if (problem !== null) throw new InputError(`${file}: ${problem}`);
    if (file === out) throw new InputError(`Expected a new file to write to, found ${out} among the checkpoints.`);
  }
  refuseRuns(checkpoints, 'fold', (one) => one.fold ?? numberAfter('fold', one.file));
  refuseRuns(checkpoints, 'seed', (one) => numberAfter('seed', one.file));
  refuseReadings(checkpoints);
  let soup: Soup | null = null;
  for (const { file } of checkpoints) {
    throwIfCancelled(signal);
    const model = await readModel(file);
    const quantised = quantisedPart(model);
    const refusal = quantised ? `Expected weights that can be averaged, found ${quantised}.` : soup?.refusal(model);
    if (refusal) throw new InputError(`${file}: ${refusal}`);
    soup = soup ? soup.with(model) : Soup.of(model);
  }
  if (!soup) throw new InputError('Expected checkpoints, found none.');
  return { checkpoints, soup };
}

function numberAfter(word: string, file: string): number | null {
  const found = new RegExp(`${word}[-_ ]?(\\d+)`, 'i').exec(basename(file));
  return found ? Number(found[1]) : null;
}

/** Averages over folds or seeds lie between the valleys their runs ended in, and over folds nothing would be held out. */
function refuseRuns(checkpoints: readonly ModelInfo[], what: string, of: (one: ModelInfo) => number | null): void {
  const numbers = [...new Set(checkpoints.map(of))].filter((number) => number !== null);
  if (numbers.length < 2) return;
  const held = what === 'fold' ? ' and the average has seen every picture' : '';
  throw new InputError(
    `Expected checkpoints of one run, found ${what}s ${numbers.join(', ')}: runs do not average to a network${held}; make them members of an ensemble.`,
  );
}

/** What a network says about itself beside its weights has to be the same as well. */
function refuseReadings(checkpoints: readonly ModelInfo[]): void {
  const reading = ({ layout, output, activation, preprocessing, classNames }: ModelInfo) =>
    JSON.stringify([layout, output, activation, preprocessing, classNames]);
  const other = checkpoints.find((one) => reading(one) !== reading(checkpoints[0]));
  if (other)
    throw new InputError(
      `Expected pictures prepared and outputs read as for ${checkpoints[0].file}, found otherwise for ${other.file}.`,
    );
}
