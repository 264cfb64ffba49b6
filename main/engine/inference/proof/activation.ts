import type { Activation } from '../../../../common/ensemble.ts';
import type { BareFacts } from '../../onnx/compile/bare.ts';

/** Half-precision softmax is off by less. */
const OFF = 0.02;
const EDGE = 1e-3;

/** Facts of several runs as one. */
export const together = (all: readonly BareFacts[]): BareFacts => ({
  low: Math.min(...all.map(({ low }) => low)),
  high: Math.max(...all.map(({ high }) => high)),
  off: Math.max(...all.map(({ off }) => off)),
  channels: all[0].channels,
});

/**
 * What the values of a map say it holds: from 0 to 1 and 1 in all is probabilities, from 0 to 1 otherwise sigmoid, anything
 * else logits. Whether logits are meant for softmax or for sigmoid does not show; then it is as declared.
 */
export function activationOf({ low, high, off, channels }: BareFacts, declared: Activation): Activation {
  // A map that is the same everywhere says nothing.
  if (declared === 'ids' || !(high > low)) return declared;
  const isShare = low >= -EDGE && high <= 1 + EDGE;
  if (channels === 1) {
    if (isShare) return 'sigmoid';
    return declared === 'sigmoid-logits' ? declared : 'logits';
  }
  if (isShare) return off <= OFF ? 'probabilities' : 'sigmoid';
  if (declared === 'sigmoid') return 'sigmoid-logits';
  return declared === 'probabilities' ? 'logits' : declared;
}
