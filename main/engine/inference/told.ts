import type { Chain, Reading } from '../onnx/compile/chain.ts';
import type { Model } from '../onnx/model.ts';
import { compileExtent } from '../onnx/compile/probe.ts';
import type { Load } from './sessions.ts';

/**
 * Whether the map of a network is of the size of its input, as the runtime tells without running it: what exporters write
 * of sizes is often nothing and sometimes wrong. `size`: of all pictures; null: of any, for which what holds at one size
 * is no more than what the file says. Undefined: it cannot be told.
 */
export async function toldWhole(
  model: Model,
  reading: Reading,
  size: Chain['size'],
  load: Load,
): Promise<boolean | undefined> {
  try {
    const { graph, input, place } = compileExtent(model, reading, size);
    const session = await load(graph, 'cpu');
    await session.release();
    const [height, width] = place(session.shapes[0]);
    if (typeof height !== 'number' || typeof width !== 'number') return undefined;
    const whole = height === input.height && width === input.width;
    return whole && !size ? undefined : whole;
  } catch {
    return undefined;
  }
}
