import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Finding, SampleRow } from '../../../common/dataset.ts';
import { InputError } from '../errors.ts';
import type { Count, Long } from '../long.ts';
import { readClasses } from './classes.ts';
import type { Dataset } from './dataset.ts';
import { findLayout, listFiles, MASKS, PICTURES, type Listing } from './folder.ts';
import { readHeaders, type HeaderOrProblem, type Headers } from './headers.ts';
import { nameSamples, pairByName } from './pairs.ts';

/**
 * Opens a folder of images/ and masks/ paired by name, with unlabeled/ beside them. Reads headers only and writes nothing
 * but `cacheFile`. A bad file is a finding; a mask that cannot belong to its picture leaves the picture unlabelled.
 * Throws InputError where the folder is no dataset or its classes.json is broken, Cancelled once the signal fires.
 */
export async function openDataset(
  folder: string,
  { cacheFile, signal, onProgress }: Long<Count> & { cacheFile?: string } = {},
): Promise<Dataset> {
  const root = await realpath(folder).catch(() => {
    throw new InputError(`Expected a folder at ${folder}, found nothing.`);
  });
  const layout = await findLayout(root);
  const [images, masks, unlabeled] = await Promise.all([
    listPart(root, layout.images, PICTURES),
    listPart(root, layout.masks, MASKS),
    listPart(root, layout.unlabeled, PICTURES),
  ]);
  const files = [...images.found, ...masks.found, ...unlabeled.found];
  const headers = await readHeaders(root, files, { cacheFile, signal, onProgress });

  const pairs = pairByName([...images.found, ...unlabeled.found], layout.images, masks.found, layout.masks);
  const { samples, findings } = makeSamples(pairs.pictures, pairs.maskOf, headers);
  const labelled = samples.flatMap((sample) => sample.mask ?? []);
  const classes = await readClasses(root, labelled, { signal });
  return {
    folder: root,
    name: basename(root),
    format: 'folder',
    classMap: classes.classMap,
    samples,
    byName: new Map(samples.map((sample) => [sample.name, sample])),
    findings: [images, masks, unlabeled, pairs, { findings }, classes].flatMap((part) => part.findings),
  };
}

async function listPart(root: string, start: string | null, extensions: string[]): Promise<Listing> {
  if (start === null) return { found: [], findings: [] };
  const { found, findings } = await listFiles(root, start, extensions);
  if (!found.length) findings.push({ file: start, problem: `Expected files (${extensions.join(', ')}), found none.` });
  return { found, findings };
}

function makeSamples(
  pictures: string[],
  maskOf: Map<string, string>,
  headers: Headers,
): { samples: SampleRow[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const samples: SampleRow[] = [];
  for (const [name, image] of nameSamples(pictures)) {
    const header = headers.get(image);
    if (!header || 'problem' in header) {
      findings.push({ file: image, problem: header?.problem ?? 'Expected a readable file, found none.' });
      continue;
    }
    const { width, height } = header;
    const mask = maskOf.get(image) ?? null;
    const problem = mask && whyUnusable(headers.get(mask), image, width, height);
    if (problem) findings.push({ file: mask, problem: `${problem}; the picture counts as unlabelled.` });
    samples.push({ name, image, mask: problem ? null : mask, width, height });
  }
  return { samples, findings };
}

/** Half a sentence; null where the mask can belong to the picture. */
function whyUnusable(mask: HeaderOrProblem | undefined, image: string, width: number, height: number): string | null {
  if (!mask) return 'Expected a readable file, found none';
  if ('problem' in mask) return mask.problem.replace(/\.$/, '');
  if (!mask.indexed)
    return `Expected a PNG of class ids (grey or palette), found ${mask.format === 'png' ? 'one of colours' : mask.format}`;
  if (mask.width === width && mask.height === height) return null;
  return `Expected ${width}×${height} pixels as in ${image}, found ${mask.width}×${mask.height}`;
}
