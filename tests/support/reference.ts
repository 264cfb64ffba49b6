import { NO_TTA, type InputSize } from '../../common/ensemble.ts';
import type { Planes } from '../../common/planes.ts';
import { READING, type TestMember, type TestPicture, type TestSettings } from './chain.ts';
import { runBare } from './ort.ts';
import {
  each,
  flip,
  information,
  mergedBy,
  normalised,
  oneHot,
  planesFrom,
  resize,
  rot90,
  softmax,
  toMaps,
  vflip,
  type ClassMaps,
} from './probabilities.ts';

/** A member whose network is run by itself: bytes or float32 in, logits out, without test-time augmentation. */
export interface ReferenceMember extends TestMember {
  /** takes float32 [1, 3, h, w], gives the logits that `file` makes something else of */
  logits: Uint8Array;
  /** channels of these */
  channels: number;
  /** the network takes bytes: values are whole numbers, divided by 100 inside */
  bytes?: boolean;
  fixed?: { width: number; height: number };
}

/**
 * What a chain has to give, in plain arithmetic: every combination of ttach's transforms is carried out in ttach's order,
 * undone in reverse, and dropped where the network would see the very same picture once more.
 */
export async function referencePlanes(
  members: ReferenceMember[],
  picture: TestPicture,
  settings: TestSettings,
): Promise<Planes> {
  const passes: ClassMaps[] = [];
  const weights: number[] = [];
  for (const member of members) {
    const own = await passesOf(member, picture, settings);
    passes.push(...own);
    weights.push(...own.map(() => (member.weight ?? 1) / own.length));
  }
  const merged = mergedBy(settings.merge ?? 'mean', passes, weights);
  const said = members.flatMap(({ classMap }) => classMap ?? merged.at[0].map((_, k) => k));
  const unsaid = Array.from({ length: settings.classes }, (_, k) => k).filter((k) => !said.includes(k));
  const inside = each(merged, (p) => p.slice(0, settings.classes));
  return planesFrom(inside, information(passes, weights), picture.given, unsaid);
}

async function passesOf(
  member: ReferenceMember,
  picture: TestPicture,
  { tta = NO_TTA, classes }: TestSettings,
): Promise<ClassMaps[]> {
  const prepared = preparedOf(member, picture);
  const seen = new Set<string>();
  const passes: ClassMaps[] = [];
  const chances = (on: boolean) => (on ? [false, true] : [false]);
  for (const size of member.sizes ?? [null])
    for (const mirrored of chances(tta.hflip))
      for (const upended of chances(tta.vflip))
        for (const quarters of tta.rot90 ? [0, 1, 2, 3] : [0])
          for (const scale of [1, ...tta.scales])
            for (const factor of [1, ...tta.multiply])
              for (const addend of [0, ...tta.add]) {
                let x = mirrored ? flip(prepared) : prepared;
                if (upended) x = vflip(x);
                x = rot90(x, quarters);
                const { width, height } = sizeFor(member, picture, size, scale, quarters % 2 === 1);
                x = each(resize(x, width, height), (values) => values.map((value) => value * factor + addend));
                if (member.bytes) x = each(x, (values) => values.map(toByte));
                const key = JSON.stringify(x.at);
                if (seen.has(key)) continue;
                seen.add(key);
                let p = inClasses(await probabilities(member, x), member.classMap ?? null, classes);
                const [w, h] = quarters % 2 ? [picture.height, picture.width] : [picture.width, picture.height];
                p = rot90(resize(p, w, h), -quarters);
                if (upended) p = vflip(p);
                passes.push(mirrored ? flip(p) : p);
              }
  return passes;
}

const toByte = (value: number) => Math.floor(Math.min(255, Math.max(0, value)) + 0.5);

function preparedOf(
  { bytes, preprocessing = READING.preprocessing }: ReferenceMember,
  picture: TestPicture,
): ClassMaps {
  const { width, height, pixels } = picture;
  const { channels, scale, mean, std } = preprocessing;
  const at = Array.from({ length: width * height }, (_, i) => {
    const rgb = [...pixels.subarray(3 * i, 3 * i + 3)];
    const ordered = channels === 'rgb' ? rgb : rgb.reverse();
    return bytes ? ordered : ordered.map((byte, c) => (byte * scale - mean[c]) / std[c]);
  });
  return { width, height, at };
}

function sizeFor(
  { fixed, multiple = 1 }: ReferenceMember,
  picture: TestPicture,
  size: InputSize | null,
  scale: number,
  lying: boolean,
): { width: number; height: number } {
  if (fixed) return fixed;
  const asked = size ?? { scale: 1 };
  const up = (length: number) => Math.ceil(Math.round(length) / multiple) * multiple;
  const factor = 'scale' in asked ? asked.scale * scale : scale;
  const base = 'scale' in asked ? picture : asked;
  const [width, height] = [up(base.width * factor), up(base.height * factor)];
  return lying ? { width: height, height: width } : { width, height };
}

/** Of the network's own classes on its own grid. */
async function probabilities(
  { logits, channels, bytes, activation }: ReferenceMember,
  x: ClassMaps,
): Promise<ClassMaps> {
  const { width, height } = x;
  const data = new Float32Array(3 * width * height);
  for (let c = 0; c < 3; c++)
    x.at.forEach((values, i) => (data[c * width * height + i] = bytes ? values[c] / 100 : values[c]));
  const out = await runBare(logits, data, width, height);
  const z = toMaps(out.data as Float32Array, channels, out.dims[3], out.dims[2]);
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  if (activation !== 'ids' && channels === 1) return each(z, ([value]) => [1 - sigmoid(value), sigmoid(value)]);
  if (activation === 'ids') return oneHot(z);
  if (activation === 'sigmoid' || activation === 'sigmoid-logits')
    return normalised(each(z, (values) => values.map(sigmoid)));
  return softmax(z);
}

/** One channel more, for what is no class of the dataset. */
const inClasses = (maps: ClassMaps, map: (number | null)[] | null, classes: number): ClassMaps =>
  each(maps, (p) => {
    const sums = new Array<number>(classes + 1).fill(0);
    p.forEach((value, k) => (sums[map ? (map[k] ?? classes) : k] += value));
    return sums;
  });
