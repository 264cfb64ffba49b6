import { access } from 'node:fs/promises';
import type { Finding } from '../../../../common/dataset.ts';
import type { ModelInfo } from '../../../../common/scan.ts';
import { writeAtomic } from '../../atomic.ts';
import { beside } from '../../onnx/describe/declared/declared.ts';
import { describeModels } from '../../onnx/describe/describe.ts';

/**
 * Makes the model in `out` be described as the one it was made of: what that said about itself in files beside it, or by
 * its name, goes into a sidecar, unless `out` says it by itself. A sidecar that is there is left as it is, and a finding.
 */
export async function carryOver(from: ModelInfo, out: string): Promise<Finding[]> {
  const [found] = await describeModels([out]);
  if (found.problem !== null) return [{ file: out, problem: found.problem }];
  if (JSON.stringify(said(found)) === JSON.stringify(said(from))) return [];
  const sidecar = beside(out);
  const taken = await access(sidecar).then(
    () => true,
    () => false,
  );
  if (taken) return [{ file: sidecar, problem: `Expected what ${from.file} says of itself, found something else.` }];
  await writeAtomic(sidecar, `${JSON.stringify(said(from), null, 2)}\n`);
  return [];
}

/** As in a sidecar. */
function said({ preprocessing, activation, output, classNames, size, resize, multiple, fold }: ModelInfo) {
  const asked = size ?? resize;
  return {
    ...preprocessing,
    activation,
    output,
    ...(classNames && { classes: classNames }),
    ...(asked && { size: asked }),
    multiple,
    ...(fold !== null && { fold }),
  };
}
