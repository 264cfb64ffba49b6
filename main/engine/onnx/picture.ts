import type { ModelInfo } from '../../../common/scan.ts';
import type { GraphBuilder } from './builder.ts';

/** The size a network takes: the picture's own, one declared in the file, or the next that is divisible by a number. */
export type TakenSize = 'own' | { height: number; width: number } | { multiple: number };

/**
 * From uint8 [1, H, W, 3], RGB, to what the network was trained on: float32 [1, 3, h, w]. Turned to planes while still
 * bytes, which moves a quarter of the memory.
 */
export function preparePicture(
  graph: GraphBuilder,
  pixels: string,
  taken: TakenSize,
  { channels, scale, mean, std }: ModelInfo['preprocessing'],
): string {
  let planes = graph.add('Transpose', [pixels], { perm: [0, 3, 1, 2] });
  if (channels === 'bgr') planes = graph.add('Gather', [planes, graph.int64s([2, 1, 0])], { axis: 1 });
  let value = graph.cast(planes, 'float32');
  if (taken !== 'own') value = graph.resize(value, 3, takenSize(graph, pixels, taken));
  const factor = graph.float(
    std.map((s) => scale / s),
    [1, 3, 1, 1],
  );
  const offset = graph.float(
    mean.map((m, i) => -m / std[i]),
    [1, 3, 1, 1],
  );
  return graph.add('Add', [graph.add('Mul', [value, factor]), offset]);
}

function takenSize(graph: GraphBuilder, pixels: string, taken: Exclude<TakenSize, 'own'>): string {
  if ('height' in taken) return graph.int64s([taken.height, taken.width]);
  const step = graph.int64s([taken.multiple], []);
  const steps = graph.add('Div', [
    graph.add('Add', [graph.sizeOf(pixels, 1), graph.int64s([taken.multiple - 1], [])]),
    step,
  ]);
  return graph.add('Mul', [steps, step]);
}
