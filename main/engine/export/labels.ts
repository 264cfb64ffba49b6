import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassMap, SampleRow } from '../../../common/dataset.ts';
import { ignoreValue } from '../dataset/labels.ts';
import { encodeMask, readMask, type MaskFile } from '../images.ts';
import { readPlanes } from '../inference/results/planes.ts';
import { readRecord } from '../inference/results/record.ts';
import type { Accepted, Decision } from '../journal/state.ts';
import { replay } from '../masks/replay.ts';
import { leastBytesOf } from '../pseudo/by-id.ts';
import type { Workspace } from '../workspace.ts';

/** A sample of the export and what was decided about it. */
export interface Part {
  sample: SampleRow;
  /** in the order they apply; none for a picture without mask */
  decisions: Decision[];
  /** for a picture without mask */
  accepted: Accepted | null;
}

/** A mask file as it goes into the train set. */
export interface Label {
  bytes: Uint8Array;
  /** given: byte for byte the source */
  origin: 'given' | 'cleaned' | 'pseudo';
  /** pixels that differ from the given mask; of a pseudo-label the pixels kept */
  pixels: number;
  /** of the given mask file */
  sha256: string | null;
  /** holds pixels that Winnow set to the ignore value */
  ignores: boolean;
}

/** The given mask with what was decided about it. Throws where the mask cannot be read. */
export async function givenLabel(
  { dataset, results }: Workspace,
  { sample, decisions }: Part,
  file: string,
): Promise<Label> {
  const bytes = await readFile(join(dataset.folder, file));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const untouched: Label = { bytes, origin: 'given', pixels: 0, sha256, ignores: false };
  const paints = decisions.flatMap(({ paint }) => paint);
  // A scan has decoded the mask already; one that nobody has looked into may be damaged.
  if (!paints.length && results.source(sample.name)) return untouched;
  const mask = await readMask(bytes);
  if (mask.width !== sample.width || mask.height !== sample.height)
    throw new Error(`Expected a mask of ${sample.width}×${sample.height} pixels, found ${mask.width}×${mask.height}.`);
  const ignore = ignoreValue(dataset.classMap);
  const valueOf = (label: number | null) => label ?? ignore;
  const roomy = withRoom(mask, Math.max(0, ...paints.map(({ label }) => valueOf(label))), dataset.classMap);
  const { data, changed } = replay(roomy.data, mask.width, mask.height, paints, valueOf);
  if (!changed) return untouched;
  const ignores = paints.some(({ label }) => label === null);
  return {
    bytes: await encodeMask({ ...roomy, data }),
    origin: 'cleaned',
    pixels: changed,
    sha256,
    ignores,
  };
}

/** The proposal of a picture without mask as it was accepted, everything under the threshold of its class ignored. */
export async function pseudoLabel(
  { dataset, project }: Workspace,
  { sample, accepted }: Part,
  kind: MaskFile | null,
): Promise<Label> {
  if (!accepted) throw new Error(`Expected an accepted pseudo-label for ${sample.name}, found none.`);
  const { scan, threshold } = accepted;
  const [found, record] = await Promise.all([readPlanes(project, scan, sample.name), readRecord(project, scan)]);
  if (!found || !record)
    throw new Error(`Expected the proposal it was accepted with in the cache of scan ${scan}, found none: scan again.`);
  const { width, height, label, confidence } = found.planes;
  if (width !== sample.width || height !== sample.height)
    throw new Error(`Expected a proposal of ${sample.width}×${sample.height} pixels, found ${width}×${height}.`);
  const ignore = ignoreValue(dataset.classMap);
  const least = leastBytesOf(threshold, record.classes);
  const empty = { width, height, data: new Uint8Array(width * height), bits: 8, palette: null, alpha: null } as const;
  const like = kind?.palette ? { ...empty, palette: kind.palette, alpha: kind.alpha } : empty;
  const mask = withRoom(like, Math.max(ignore, ...record.classes), dataset.classMap);
  let kept = 0;
  for (let i = 0; i < label.length; i++) {
    const value = confidence[i] >= least[label[i]] ? record.classes[label[i]] : undefined;
    mask.data[i] = value ?? ignore;
    if (value !== undefined) kept++;
  }
  const ignores = kept < label.length;
  return { bytes: await encodeMask(mask), origin: 'pseudo', pixels: kept, sha256: null, ignores };
}

/** The mask able to hold values up to `top`: palette entries added in the colours of the classes, or grey of 16 bits. */
function withRoom(mask: MaskFile, top: number, { classes }: ClassMap): MaskFile {
  if (top > 255 && mask.bits < 16)
    return { ...mask, bits: 16, palette: null, alpha: null, data: Uint16Array.from(mask.data) };
  if (!mask.palette || top < mask.palette.length) return mask;
  const palette = [...mask.palette];
  for (let id = palette.length; id <= top; id++) palette.push(rgbOf(classes.find((one) => one.id === id)?.color));
  return { ...mask, palette };
}

/** Of `#rrggbb`; without a class the grey-beige that VOC draws its border label in. */
function rgbOf(color = '#e0e0c0'): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
