import { messageOf } from '../../errors.ts';

/** What a library says, as the end of a sentence: its first line, without places in its sources, without a full stop. */
export const failureOf = (error: unknown): string =>
  messageOf(error)
    .split('\n')[0]
    .replace(/^\/\S+\.(cc|h|cu):\d+ .* was false\. /, '')
    .trim()
    .replace(/\.$/, '');
