import { IGNORE } from '../../../common/dataset.ts';
import { inFours } from '../onnx/compile/transpose.ts';

/** Pixels that have a given label, and those of them that are proposed as it. */
export interface Agreement {
  labelled: number;
  same: number;
}

/** `proposed` and `given`: class indexes, row by row. */
export function agreementOf(proposed: Uint8Array, given: Uint8Array): Agreement {
  let labelled = 0;
  let same = 0;
  const [fours, others] = [inFours(proposed), inFours(given)];
  for (let i = 0; i < given.length;) {
    // Nothing is proposed as IGNORE, so four that are alike are labelled.
    if (fours && others && i % 4 === 0 && i + 4 <= given.length && fours[i >> 2] === others[i >> 2]) {
      labelled += 4;
      same += 4;
      i += 4;
      continue;
    }
    if (given[i] !== IGNORE) labelled++;
    if (given[i] === proposed[i]) same++;
    i++;
  }
  return { labelled, same };
}

/** Share of labelled pixels below which proposals say more about how models are read than about the labels. */
const HALF = 0.5;

/** What is likely to be wrong where most labels are contradicted, one sentence; null: nothing is. */
export function unlikely({ labelled, same }: Agreement): string | null {
  if (same >= HALF * labelled) return null;
  const share = ((100 * same) / labelled).toFixed(0);
  return `Expected proposals that agree with most given labels, found ${share} % of the pixels alike: the models may need pictures prepared or classes mapped in another way; \`winnow describe MODEL --dataset DIR\` or "Prove it" in the Models view finds it.`;
}
