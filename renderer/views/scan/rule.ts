import type { ScanPlan } from '../../../common/scan.ts';
import { count, counted } from '../../format.ts';

/** What the out-of-fold rule means for this scan, one sentence each. */
export function ruleSentences({
  members,
  heldOut,
  heldOutMembers,
  inFold,
  notHeldOut,
  unlabelled,
}: ScanPlan): string[] {
  if (members === 0) return [];
  const [fewest, most] = heldOutMembers;
  const all = members === 1 ? 'the 1 model' : `all ${members} models`;
  const sentences: string[] = [];
  if (heldOut) {
    const judges = most === 1 ? 'the 1 model' : `the ${fewest === most ? most : `${fewest} to ${most}`} models`;
    const verb = heldOut === 1 ? 'is' : 'are each';
    sentences.push(
      `${counted(heldOut, 'labelled picture')} ${verb} scored by ${judges} that did not train on ${heldOut === 1 ? 'it' : 'them'}.`,
    );
  }
  if (inFold) {
    const again = inFold === 1 ? '1 model that did' : `${inFold} models that did`;
    sentences.push(
      `${heldOut === 1 ? 'Its' : 'Their'} cases are looked at again by ${again}: to a right label a model comes over once it trained on it, to a wrong one it hardly does.`,
    );
  }
  if (notHeldOut) {
    const which = heldOut
      ? `${count(notHeldOut)} others are`
      : `${counted(notHeldOut, 'labelled picture')} ${notHeldOut === 1 ? 'is' : 'are'}`;
    sentences.push(`${which} scored by ${all}, which may have learned the labels: trust these scores less.`);
  }
  if (unlabelled) sentences.push(`${counted(unlabelled, 'unlabelled picture')} by ${all}.`);
  return sentences;
}
