import { NAMED_TTA, type TtaSettings } from '../common/ensemble.ts';
import type { ScanSettings } from '../common/scan.ts';
import { counted } from './format.ts';

/** How an ensemble is put together, in few words. */

export const sameTta = (a: TtaSettings, b: TtaSettings): boolean =>
  (['hflip', 'vflip', 'rot90'] as const).every((key) => a[key] === b[key]) &&
  (['scales', 'multiply', 'add'] as const).every((key) => a[key].join() === b[key].join());

/** The name the field has for it; null: it has none. */
export function ttaName(tta: TtaSettings): keyof typeof NAMED_TTA | null {
  const names = Object.keys(NAMED_TTA) as (keyof typeof NAMED_TTA)[];
  return names.find((name) => sameTta(NAMED_TTA[name], tta)) ?? null;
}

/** `hflip`, `d4`, or the transforms one by one: `hflip · 3 scales`. Empty: the picture as it is. */
export function ttaText(tta: TtaSettings): string {
  const { hflip, vflip, rot90, scales, multiply, add } = tta;
  const name = ttaName({ hflip, vflip, rot90, scales: [], multiply: [], add: [] });
  const turned =
    name === 'none' ? '' : (name ?? [hflip && 'hflip', vflip && 'vflip', rot90 && 'rot90'].filter(Boolean).join(' × '));
  const more = [
    scales.length && counted(scales.length + 1, 'scale'),
    (multiply.length || add.length) && `${(multiply.length + 1) * (add.length + 1)} brightnesses`,
  ];
  return [turned, ...more].filter(Boolean).join(' · ');
}

/** `5 members · d4 · geometric · T 1.2 · windows of 512`. */
export function recipe(
  members: number,
  { tta, merge, temperature = 1, window }: Pick<ScanSettings, 'tta' | 'merge' | 'temperature' | 'window'>,
): string {
  return [
    counted(members, 'member'),
    ttaText(tta),
    merge === 'mean' ? '' : merge,
    temperature === 1 ? '' : `T ${Number(temperature.toFixed(3))}`,
    window ? `windows of ${window.size}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
