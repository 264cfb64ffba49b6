import type { Activation } from '../../../../common/ensemble.ts';
import { FORM, type MapOutput } from './outputs.ts';
import type { Lineage } from './lineage.ts';
import { SEMANTIC } from './queries.ts';

/** Operators between the one that makes probabilities and the output that keep them so. */
const KEEPING = new Set([...FORM, 'Clip', 'AveragePool']);

/** What an output holds, told from the operator that makes it. */
export function activationOf(lineage: Lineage, { name, holds, channels }: MapOutput): Activation {
  if (holds === 'ids') return 'ids';
  if (name === SEMANTIC) return 'sigmoid';
  const node = lineage.back(name, KEEPING);
  if (node?.opType === 'Sigmoid' || node?.opType === 'HardSigmoid') return 'sigmoid';
  if (channels === 1) return 'sigmoid-logits';
  if (node?.opType === 'Softmax') return 'probabilities';
  // Softmax in its parts, as some exporters write it: e^x over the sum of e^x.
  const parts = node?.opType === 'Div' ? node.input.map((one) => lineage.makerOf(one)?.opType) : [];
  // A LogSoftmax is what softmax turns into probabilities, like any logits.
  return parts[0] === 'Exp' && parts[1] === 'ReduceSum' ? 'probabilities' : 'logits';
}

/** Classes an output tells apart: one channel means one class and its background. */
export const classesOf = ({ channels, holds }: MapOutput): number | null =>
  holds === 'scores' && channels === 1 ? 2 : channels;
