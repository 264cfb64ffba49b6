import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ClassMap, Finding, SampleRow } from '../../../common/dataset.ts';
import { messageOf } from '../errors.ts';
import { readMask, readPicture, type MaskFile } from '../images.ts';
import { inParallel, type Count, type Long } from '../long.ts';
import type { Dataset } from './dataset.ts';

/**
 * Decodes every picture and mask in full: finds files cut short or damaged behind their header, sizes that differ from
 * the header's, and values no class has. What opening found is not repeated. Sorted by sample.
 */
export async function checkPixels(dataset: Dataset, { signal, onProgress }: Long<Count> = {}): Promise<Finding[]> {
  const { samples, classMap, folder } = dataset;
  const known = knownValues(classMap);
  const findings = samples.map((): Finding[] => []);
  let done = 0;
  const checkOne = async (sample: SampleRow, index: number) => {
    const tell = (file: string, problem: string | null) => problem && findings[index].push({ file, problem });
    tell(sample.image, await checkPicture(join(folder, sample.image), sample));
    if (sample.mask !== null) tell(sample.mask, await checkMask(join(folder, sample.mask), sample, known));
    onProgress?.({ done: ++done, total: samples.length });
  };
  await inParallel(samples, availableParallelism() + 1, checkOne, signal);
  return findings.flat();
}

async function checkPicture(file: string, sample: SampleRow): Promise<string | null> {
  try {
    return sizeProblem(await readPicture(file), sample);
  } catch (error) {
    return messageOf(error);
  }
}

async function checkMask(file: string, sample: SampleRow, known: Uint8Array): Promise<string | null> {
  try {
    const mask = await readMask(file);
    return sizeProblem(mask, sample) ?? unknownValues(mask, known);
  } catch (error) {
    return messageOf(error);
  }
}

function sizeProblem(found: { width: number; height: number }, { width, height }: SampleRow): string | null {
  if (found.width === width && found.height === height) return null;
  return `Expected ${width}×${height} pixels, found ${found.width}×${found.height}.`;
}

/** One sentence with the pixels of each value that is neither a class nor the ignore value; null: there are none. */
export function unknownValues({ data }: Pick<MaskFile, 'data'>, known: Uint8Array): string | null {
  const pixels = new Map<number, number>();
  for (const value of data) if (!known[value]) pixels.set(value, (pixels.get(value) ?? 0) + 1);
  if (!pixels.size) return null;
  const ranked = [...pixels].sort((a, b) => b[1] - a[1]);
  const listed = ranked.slice(0, 8).map(([value, count]) => `${value} in ${count} pixel${count === 1 ? '' : 's'}`);
  if (ranked.length > 8) listed.push(`and ${ranked.length - 8} more values`);
  return `Expected class ids or the ignore value, found unknown ${listed.join(', ')}.`;
}

/** 1 for every mask value (0..65535) that is a class or the ignore value. */
export function knownValues({ classes, ignore }: ClassMap): Uint8Array {
  const known = new Uint8Array(65536);
  for (const { id } of classes) known[id] = 1;
  if (ignore !== null) known[ignore] = 1;
  return known;
}
