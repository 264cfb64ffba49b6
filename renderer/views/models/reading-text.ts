import type { Activation, InputSize, Preprocessing } from '../../../common/ensemble.ts';
import type { ModelInfo } from '../../../common/scan.ts';
import type { Reading } from '../../../common/trial.ts';

/** How pictures are usually prepared, in the order of red, green, blue. */
export const NORMALISATIONS: readonly ({ name: string } & Omit<Preprocessing, 'channels'>)[] = [
  { name: 'ImageNet', scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { name: '0 to 1', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
  { name: '−1 to 1', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  { name: 'bytes', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  { name: 'bytes − mean', scale: 1, mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
];

/** Published statistics differ in the last digit. */
const ALIKE = 2e-3;

/** What the network is given of bytes 0 and 255, by channel red, green, blue. */
const ends = ({ channels, scale, mean, std }: Preprocessing) =>
  [0, 1, 2].flatMap((i) => {
    const at = channels === 'rgb' ? i : 2 - i;
    return [0, 255].map((byte) => (byte * scale - mean[at]) / std[at]);
  });

/** Null: none that has a name. */
export function normalisationName(preprocessing: Preprocessing): string | null {
  const own = ends(preprocessing);
  const same = NORMALISATIONS.find((one) =>
    ends({ ...one, channels: 'rgb' }).every(
      (value, i) => Math.abs(value - own[i]) <= ALIKE * Math.max(1, Math.abs(value)),
    ),
  );
  return same?.name ?? null;
}

/** One with a name, for a network that takes its channels in this order. */
export function normalisation(name: string, channels: Preprocessing['channels']): Preprocessing | null {
  const found = NORMALISATIONS.find((one) => one.name === name);
  if (!found) return null;
  const ordered = (values: number[]) => (channels === 'rgb' ? values : values.toReversed());
  return { channels, scale: found.scale, mean: ordered(found.mean), std: ordered(found.std) };
}

/** What an output holds, in the words of the field. */
export const ACTIVATION_TEXT: Record<Activation, { name: string; meaning: string }> = {
  logits: { name: 'logits', meaning: 'scores of any size; softmax makes probabilities of them' },
  probabilities: { name: 'softmax', meaning: 'probabilities that sum to 1' },
  'sigmoid-logits': {
    name: 'sigmoid logits',
    meaning: 'scores, each class on its own; sigmoid, then brought to sum 1',
  },
  sigmoid: { name: 'sigmoid', meaning: 'probabilities, each class on its own; brought to sum 1' },
  ids: { name: 'class ids', meaning: 'the likeliest class alone: every pass is a vote' },
};

/** `RGB · ImageNet · logits`. */
export const readingText = ({ preprocessing, activation }: Pick<Reading, 'preprocessing' | 'activation'>): string =>
  [
    preprocessing.channels.toUpperCase(),
    normalisationName(preprocessing) ?? 'own mean, std',
    ACTIVATION_TEXT[activation].name,
  ].join(' · ');

/** In full, for a tooltip. */
export function preparationText({ channels, scale, mean, std }: Preprocessing): string {
  const numbers = (values: readonly number[]) => values.map((n) => Number(n.toPrecision(5))).join(', ');
  const scaled = scale === 1 ? 'bytes' : `bytes ÷ ${Number((1 / scale).toPrecision(6))}`;
  return `${channels.toUpperCase()}, ${scaled}, mean ${numbers(mean)}, std ${numbers(std)}`;
}

/** What sizes of picture a network takes. */
export function takesText({ size, multiple }: Pick<ModelInfo, 'size' | 'multiple'>): string {
  if (size) return `${size.width} × ${size.height} only`;
  return multiple > 1 ? `multiples of ${multiple}` : 'any size';
}

/** `own`, `×0.75`, `512×384`. */
export function sizeText(size: InputSize): string {
  if ('width' in size) return `${size.width}×${size.height}`;
  return size.scale === 1 ? 'own' : `×${size.scale}`;
}

/** What a person types: a factor `0.75`, or a width and height `512x384`; null: neither. */
export function parseSize(text: string): InputSize | null {
  const [, width, height] = /^\s*(\d{1,5})\s*[x×*, ]\s*(\d{1,5})\s*$/.exec(text) ?? [];
  if (width)
    return inSize(Number(width)) && inSize(Number(height)) ? { width: Number(width), height: Number(height) } : null;
  const [, factor] = /^\s*[x×]?\s*(\d*\.?\d+)\s*$/.exec(text) ?? [];
  const scale = Number(factor ?? NaN);
  return scale >= 0.1 && scale <= 8 ? { scale } : null;
}

const inSize = (n: number) => n >= 8 && n <= 16_384;

/** `0.75, 1.25` as numbers, each once, ascending; null: something in it is no number, or out of range. */
export function parseNumbers(text: string, least: number, most: number): number[] | null {
  const parts = text
    .replaceAll('−', '-')
    .split(/[\s,;]+/)
    .filter(Boolean);
  const numbers = parts.map(Number);
  if (numbers.some((n) => !(n >= least && n <= most))) return null;
  return [...new Set(numbers)].sort((a, b) => a - b);
}
