import type { InputSize, TtaSettings } from '../../../../common/ensemble.ts';
import { turnOf, UPRIGHT, type Turn } from './turns.ts';

/** One run of a network: how the picture is laid down, its size on the way in, and what is done to its prepared values. */
export interface Pass {
  turn: Turn;
  /** before it is turned; `{ scale: 1 }`: the picture's own */
  size: InputSize;
  multiply: number;
  add: number;
}

export const AS_IT_IS: Pass = { turn: UPRIGHT, size: { scale: 1 }, multiply: 1, add: 0 };

/**
 * The distinct passes of a member: each of its sizes (null: the picture's own) with each combination of test-time
 * augmentation, in the order of ttach's Compose([HorizontalFlip, VerticalFlip, Rotate90, Scale, Multiply, Add]), the last
 * varying first, so that the picture as it is leads each size. Combinations that come to the same are one pass: mirrored
 * both ways is turned by 180°, half the size at twice the scale is the picture itself. `fixed`: the network takes one
 * size only, so that sizes and scales come to the same.
 */
export function passesOf(
  tta: TtaSettings,
  sizes: readonly (InputSize | null)[] = [null],
  { fixed = false }: { fixed?: boolean } = {},
): Pass[] {
  const own = AS_IT_IS.size;
  const turns = distinct(
    [false, ...(tta.hflip ? [true] : [])].flatMap((hflip) =>
      [false, ...(tta.vflip ? [true] : [])].flatMap((vflip) =>
        (tta.rot90 ? [0, 1, 2, 3] : [0]).map((quarters) => turnOf(hflip, vflip, quarters)),
      ),
    ),
  );
  const passes = sizes.flatMap((size) =>
    turns.flatMap((turn) =>
      [1, ...tta.scales].flatMap((scale) =>
        [1, ...tta.multiply].flatMap((multiply) =>
          [0, ...tta.add].map((add) => ({ turn, size: fixed ? own : scaled(size ?? own, scale), multiply, add })),
        ),
      ),
    ),
  );
  return distinct(passes);
}

function scaled(size: InputSize, scale: number): InputSize {
  return 'scale' in size
    ? { scale: Math.round(size.scale * scale * PARTS) / PARTS }
    : { width: scaledLength(size.width, scale), height: scaledLength(size.height, scale) };
}

/** Scales are taken to six digits, as whole numbers of these, so that a graph and this program round alike. */
export const PARTS = 1e6;

/** round(length · scale), halves up. */
export const scaledLength = (length: number, scale: number): number =>
  Math.floor((2 * length * Math.round(scale * PARTS) + PARTS) / (2 * PARTS));

const distinct = <T>(all: readonly T[]): T[] => [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
