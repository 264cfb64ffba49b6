import type { Activation } from '../../../common/ensemble.ts';
import { channelsOf } from './ending.ts';
import { PLACE, type Layout } from './layout.ts';
import { ElementType, shapeOf } from './model.ts';
import type { Network } from './network.ts';

/** How a network takes a picture and how its map lies. */
export interface Form {
  input: { layout: Layout; type: number; fixed: { width: number; height: number } | null };
  output: { layout: Layout; type: number; rank: number };
  /** one channel stands for two classes: it says how likely the second is */
  binary: boolean;
}

/** `classes`: what the map tells apart. */
export function formOf(network: Network, layout: Layout, activation: Activation, classes: number): Form {
  const [height, width] = PLACE[layout].map((axis) => shapeOf(network.input)?.[axis]);
  const fixed = typeof height === 'number' && typeof width === 'number' ? { width, height } : null;
  const output = { layout: outputLayout(network, layout, activation, classes), rank: 4, type: typeOf(network.output) };
  const rank = shapeOf(network.output)?.length ?? 4;
  const channels = rank === 4 ? channelsOf(network, output.layout) : null;
  return {
    input: { layout, type: typeOf(network.input), fixed },
    output: { ...output, rank },
    binary: activation !== 'ids' && channels === 1,
  };
}

const typeOf = ({ type }: Network['input']) => type?.tensorType?.elemType ?? ElementType.float32;

/** Where the file tells nothing, the map lies as the picture does. */
function outputLayout(network: Network, layout: Layout, activation: Activation, classes: number): Layout {
  const shape = shapeOf(network.output);
  if (shape?.length !== 4) return layout;
  for (const channels of activation === 'ids' ? [1] : [classes, 1]) {
    const [first, last] = [shape[1] === channels, shape[3] === channels];
    if (first !== last) return first ? 'nchw' : 'nhwc';
  }
  return layout;
}
