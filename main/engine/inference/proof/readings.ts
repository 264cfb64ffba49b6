import type { Preprocessing } from '../../../../common/ensemble.ts';

type Normalisation = Omit<Preprocessing, 'channels'>;

/**
 * How networks are usually fed, in the order of red, green, blue: torchvision's ImageNet statistics, 0..1, −1..1, bytes,
 * and bytes without Caffe's ImageNet mean.
 */
const USUAL: readonly Normalisation[] = [
  { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
  { scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  { scale: 1, mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
];

const BYTES = USUAL[3];

/**
 * The plausible ways to prepare pictures for a network, the declared one first, no two of them alike. A network that takes
 * bytes normalises them itself: only the order of the channels is open.
 */
export function plausibleReadings(declared: Preprocessing, takesBytes: boolean): Preprocessing[] {
  const usual = (takesBytes ? [BYTES] : USUAL).flatMap(({ scale, mean, std }): Preprocessing[] => [
    { channels: 'rgb', scale, mean, std },
    { channels: 'bgr', scale, mean: mean.toReversed(), std: std.toReversed() },
  ]);
  const all = [declared, ...usual];
  return all.filter((one, i) => !all.slice(0, i).some((earlier) => isSamePreparation(earlier, one)));
}

/** Shares of a standard deviation; published statistics differ in the last digit. */
const ALIKE = 1e-3;

/** Whether two settings make the same numbers of a picture, however they are written: bytes − 127.5 over 127.5 is −1..1. */
export function isSamePreparation(a: Preprocessing, b: Preprocessing): boolean {
  if (a.channels !== b.channels) return false;
  return [0, 1, 2].every((channel) =>
    [0, 255].every((byte) => Math.abs(prepared(a, channel, byte) - prepared(b, channel, byte)) < ALIKE),
  );
}

/** One byte as the network's channel `channel` gets it. */
export const prepared = ({ scale, mean, std }: Normalisation, channel: number, byte: number): number =>
  (byte * scale - mean[channel]) / std[channel];
