import { splitPlanes } from '../../../common/planes.ts';
import type { Member } from './member.ts';

/**
 * Throws, in one sentence, where members gave no numbers: a confidence of 0 is less than the least a distribution over at
 * most 255 classes can have, and what NaN becomes as a byte. Where a member may say "none of the dataset's classes", only
 * pictures without a single number are told apart.
 */
export function expectNumbers(
  bytes: Uint8Array,
  { width, height }: { width: number; height: number },
  members: readonly Pick<Member, 'name' | 'activation' | 'classMap'>[],
): void {
  const { confidence } = splitPlanes(bytes, width, height);
  if (!confidence.includes(0)) return;
  const without = confidence.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  if (without < confidence.length && !members.every(isNeverNone)) return;
  const names = members.map(({ name }) => name).join(' or ');
  const share = without === confidence.length ? 'any of them' : `${without} of ${confidence.length}`;
  throw new Error(
    `Expected probabilities at every pixel, found no numbers (NaN) at ${share} from ${names}: weights may be damaged, or too large for float16.`,
  );
}

const isNeverNone = ({ activation, classMap }: Pick<Member, 'activation' | 'classMap'>): boolean =>
  activation === 'logits' && !classMap?.includes(null);
