import type { Activation } from '../../../../common/ensemble.ts';
import { PLACE, type Layout } from './layout.ts';
import { Lineage } from '../describe/lineage.ts';
import { ElementType, shapeOf } from '../model.ts';
import type { Network } from '../network.ts';
import { mapOutput } from '../describe/outputs.ts';

/** How a network takes a picture and how its map lies. */
export interface Form {
  input: { layout: Layout; type: number; fixed: { width: number; height: number } | null };
  output: { layout: Layout; type: number; rank: number };
  /** one channel stands for two classes: it says how likely the second is */
  binary: boolean;
}

export function formOf(network: Network, layout: Layout, activation: Activation): Form {
  const place = PLACE[layout].map((axis) => shapeOf(network.input)?.[axis] ?? '?');
  const [height, width] = place;
  const fixed = typeof height === 'number' && typeof width === 'number' ? { width, height } : null;
  const map = mapOutput(new Lineage(network.graph), network.output, place);
  return {
    input: { layout, type: typeOf(network.input), fixed },
    output: {
      layout: map?.axis === 3 ? 'nhwc' : 'nchw',
      rank: shapeOf(network.output)?.length ?? 4,
      type: typeOf(network.output),
    },
    binary: activation !== 'ids' && map?.channels === 1,
  };
}

const typeOf = ({ type }: Network['input']) => type?.tensorType?.elemType ?? ElementType.float32;
