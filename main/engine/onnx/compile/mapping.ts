import type { GraphBuilder } from '../builder.ts';

/** How the classes of a network become the channels of the sums. */
export interface Mapping {
  /** the network tells apart */
  classes: number;
  /** of the sums: see Chain.channels */
  channels: number;
  /** class of the dataset for each class of the network, null where it has none; null: class by class */
  map: readonly (number | null)[] | null;
  sumByProduct: boolean;
}

/** `order`: the same classes in another order; `sums`: several of the network's may come to one of the dataset's. */
type Kind = { kind: 'same' } | { kind: 'order'; order: number[] } | { kind: 'sums' };

export function kindOf({ map, classes, channels }: Mapping): Kind {
  if (classes !== channels) return { kind: 'sums' };
  if (!map || map.every((to, k) => to === k)) return { kind: 'same' };
  const order = Array.from({ length: channels }, (_, k) => map.indexOf(k));
  return order.includes(-1) ? { kind: 'sums' } : { kind: 'order', order };
}

/** `values` [1, classes, h, w] in the order of the dataset's classes, where that is all there is to do. */
export function addOrdered(graph: GraphBuilder, mapping: Mapping, values: string): string {
  const found = kindOf(mapping);
  return found.kind === 'order' ? graph.add('Gather', [values, graph.int64s(found.order)], { axis: 1 }) : values;
}

/** Every channel the sum of the classes that are mapped to it, the last one of those mapped to none. */
export function addSummed(graph: GraphBuilder, mapping: Mapping, values: string): string {
  if (kindOf(mapping).kind !== 'sums') return values;
  const { map, classes, channels } = mapping;
  const to = (k: number) => (map ? (map[k] ?? channels - 1) : k);
  const rows = Array.from({ length: channels * classes }, (_, i) =>
    to(i % classes) === Math.floor(i / classes) ? 1 : 0,
  );
  return addProduct(graph, rows, channels, classes, values);
}

/** Sum over `channels`, keeping the axis. */
export function sumChannels(
  graph: GraphBuilder,
  { sumByProduct }: Pick<Mapping, 'sumByProduct'>,
  channels: number,
  value: string,
): string {
  if (!sumByProduct) return graph.reduce('ReduceSum', value, [1]);
  return addProduct(graph, new Array<number>(channels).fill(1), 1, channels, value);
}

/** Weights [to, from], row by row, times `values` [1, from, h, w]: [1, to, h, w]. */
function addProduct(graph: GraphBuilder, rows: number[], to: number, from: number, values: string): string {
  const flat = graph.add('Reshape', [values, graph.int64s([1, from, -1])]);
  const shape = graph.add('Concat', [graph.int64s([1, to]), graph.sizeOf(values, 2)], { axis: 0 });
  return graph.add('Reshape', [graph.add('MatMul', [graph.float(rows, [to, from]), flat]), shape]);
}
