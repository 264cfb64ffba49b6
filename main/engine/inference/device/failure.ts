import { messageOf } from '../../errors.ts';

/** What a library means where it fails to load a provider, in fewer words than it takes itself. */
const MEANT: [RegExp, string][] = [
  [/AppendExecutionProvider_Cuda|providers_cuda/i, 'the CUDA libraries are not installed (docs/gpu.md)'],
  [/WebGPU adapter/i, 'no GPU adapter was found'],
  [/no available backend|not supported in this build|unknown execution provider/i, 'not part of this build'],
];

/** What a library says, as the end of a sentence: its first line, without places in its sources, without a full stop. */
export function failureOf(error: unknown): string {
  const line = messageOf(error).split('\n')[0];
  const meant = MEANT.find(([words]) => words.test(line));
  if (meant) return meant[1];
  return line
    .replace(/^\/\S+\.(cc|h|cu):\d+ .* was false\. /, '')
    .trim()
    .replace(/\.$/, '');
}
