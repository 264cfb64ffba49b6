import type { StageSeconds } from '../../../common/scan.ts';

export interface Stage {
  name: string;
  /** of all the time, 0..1 */
  share: number;
  /** what it is, in full */
  meaning: string;
}

/** Where the time of a scan went, in the order in which a picture passes; empty: nothing was run yet. */
export function stagesOf({ decode, pre, model, post, cases, encode }: StageSeconds): Stage[] {
  const all: [string, number | null, string][] = [
    ['reading', decode, 'waiting for pictures to be read and decoded'],
    ['preparing', pre, 'normalising, resizing and turning pictures, inside the graphs'],
    [
      pre === null ? 'graphs' : 'networks',
      model,
      pre === null ? 'networks with all that is compiled into their graphs' : 'the networks themselves',
    ],
    ['merging', post, 'softmax, turning back, merging, making maps, inside the graphs'],
    ['cases', cases, 'finding and scoring cases'],
    ['packing', encode, 'compressing the maps'],
  ];
  const total = all.reduce((sum, [, seconds]) => sum + (seconds ?? 0), 0);
  if (!total) return [];
  return all.flatMap(([name, seconds, meaning]) =>
    seconds === null ? [] : [{ name, share: seconds / total, meaning }],
  );
}
