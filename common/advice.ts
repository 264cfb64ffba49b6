import type { Preprocessing } from './ensemble.ts';
import type { Proof } from './trial.ts';

/** mIoU by which another way to read a model has to be better before it is spoken of. */
export const CLEAR_MARGIN = 0.01;

/** mIoU below which no way to read a model makes sense of the dataset. */
const HOPELESS = 0.1;

/** What a person should know about a model before it is used, one sentence; null: it can be used as it is. */
export function adviceOf(proof: Proof): string | null {
  const { declared, readings, samples, problem } = proof;
  if (problem !== null) return problem;
  const [best] = readings;
  const on = `on ${samples} labelled ${samples === 1 ? 'picture' : 'pictures'}`;
  if (best.miou < HOPELESS)
    return `Expected a model of this dataset's classes, found at most mIoU ${best.miou.toFixed(3)} ${on}, however its pictures are prepared.`;
  const better = best.miou > declared.miou + CLEAR_MARGIN;
  const parts = [
    better &&
      `pictures as ${preparationText(best.preprocessing)} instead of ${preparationText(declared.preprocessing)} (mIoU ${best.miou.toFixed(3)} instead of ${declared.miou.toFixed(3)} ${on})`,
    best.activation !== declared.activation && `an output of ${best.activation} instead of ${declared.activation}`,
    !isClassByClass(proof) && `classes that are not the dataset's one by one (${mappedText(proof)})`,
  ].filter((part) => part !== false);
  return parts.length ? `Found ${parts.join(', and ')}.` : null;
}

/** Whether the model's classes are the dataset's, in the same order. */
export const isClassByClass = ({ classMap, overlap }: Pick<Proof, 'classMap' | 'overlap'>): boolean =>
  classMap.length === (overlap[0]?.length ?? 0) && classMap.every((to, from) => to === from);

function mappedText({ classMap, overlap }: Proof): string {
  const to = classMap.filter((one) => one !== null);
  return `${to.length} of ${classMap.length} found among ${overlap[0]?.length ?? 0}`;
}

/** `bgr, × 1/255, mean 0.5 0.5 0.5, std 0.5 0.5 0.5` */
export function preparationText({ channels, scale, mean, std }: Preprocessing): string {
  const factor = Math.abs(255 * scale - 1) < 1e-6 ? '1/255' : String(scale);
  return `${channels}, × ${factor}, mean ${mean.map(short).join(' ')}, std ${std.map(short).join(' ')}`;
}

const short = (value: number) => String(Number(value.toFixed(4)));
