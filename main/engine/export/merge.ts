import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import type { ExportPreview, ExportResult } from '../../../common/api.ts';
import { ignoreValue, readGiven } from '../dataset/labels.ts';
import { InputError, messageOf } from '../errors.ts';
import type { MaskFile } from '../images.ts';
import { inParallel, throwIfCancelled, type Count, type Long } from '../long.ts';
import type { Workspace } from '../workspace.ts';
import { givenLabel, pseudoLabel, type Label, type Part } from './labels.ts';
import { manifestHead, openManifest, sampleRecord } from './manifest.ts';
import { exportStems } from './names.ts';
import { hashOf, putPicture } from './pictures.ts';
import { preparePlace } from './place.ts';
import { makeFolder } from '../make-folder.ts';

export interface ExportOptions extends Long<Count> {
  /** take the place of what is in the folder now */
  replace: boolean;
  /** of Winnow, for the manifest */
  version: string;
  /**
   * How pictures get there. A hard link costs no space, but both names stand for the same bytes: whoever edits a picture
   * of the export in place edits the original. `copy` is for those. Masks are never linked.
   */
  pictures?: 'link' | 'copy';
}

/** What an export would hold right now; from the journal alone, no mask is read. */
export function exportPreview({ dataset, journal }: Workspace): ExportPreview {
  const preview = { untouched: 0, cleaned: 0, pseudo: 0, left: 0 };
  for (const { name, mask } of dataset.samples) {
    if (mask) preview[journal.paintsOf(name).length ? 'cleaned' : 'untouched']++;
    else preview[journal.pseudoOf(name) ? 'pseudo' : 'left']++;
  }
  return preview;
}

/**
 * Writes the merged train set: every labelled picture with its given or cleaned mask, and every picture with an accepted
 * pseudo-label. The folder appears whole or not at all. A sample that cannot be read is a finding and left out; one that
 * cannot be written (disk full) ends the export. Throws InputError for a place where it must not go, Cancelled.
 */
export async function exportTrainSet(workspace: Workspace, out: string, options: ExportOptions): Promise<ExportResult> {
  const { dataset, journal } = workspace;
  await journal.refresh();
  const parts = partsOf(workspace);
  if (!parts.length)
    throw new InputError(`Expected labelled pictures or accepted pseudo-labels in ${dataset.name}, found none.`);
  throwIfCancelled(options.signal);
  const place = await preparePlace(workspace, out, options.replace);
  try {
    const result = await fill(workspace, place.folder, parts, options);
    throwIfCancelled(options.signal);
    await place.finish();
    return { ...result, out: place.out };
  } catch (error) {
    await place.discard();
    throw error;
  }
}

/** What stands in the journal now; decisions that come in while it is written are for the next export. */
function partsOf({ dataset, journal }: Workspace): Part[] {
  return dataset.samples.flatMap((sample) => {
    if (sample.mask) return { sample, decisions: journal.decisionsOf(sample.name), accepted: null };
    const accepted = journal.pseudoOf(sample.name);
    return accepted ? { sample, decisions: [], accepted } : [];
  });
}

async function fill(workspace: Workspace, folder: string, parts: Part[], options: ExportOptions) {
  const { dataset } = workspace;
  const { signal, onProgress, version, pictures = 'link' } = options;
  const stems = exportStems(dataset.samples);
  const kind = await maskKind(workspace);
  const manifest = await openManifest(join(folder, 'manifest.json'), await manifestHead(workspace, parts, version));
  const written: (string | null)[] = parts.map(() => null);
  const counts = { samples: 0, untouched: 0, cleaned: 0, pseudo: 0 };
  let pixelsChanged = 0;
  let ignores = false;
  const findings: ExportResult['findings'] = [];
  let done = 0;

  const one = async (part: Part, index: number) => {
    const { sample } = part;
    const source = await readSource(workspace, part, kind);
    if (!source.label) {
      findings.push(source.finding);
      return manifest.add(index, null);
    }
    const name = stems.get(sample.name) ?? sample.name;
    const image = `images/${name}${extname(sample.image)}`;
    const mask = `masks/${name}${sample.mask ? extname(sample.mask) : '.png'}`;
    await putPicture(join(dataset.folder, sample.image), join(folder, image), pictures);
    await makeFolder(dirname(join(folder, mask)));
    await writeFile(join(folder, mask), source.label.bytes, { flag: 'wx' });
    const { origin, pixels } = source.label;
    counts.samples++;
    counts[origin === 'given' ? 'untouched' : origin]++;
    if (origin === 'cleaned') pixelsChanged += pixels;
    ignores ||= source.label.ignores;
    written[index] = name;
    const files = { name, image, mask, imageSha256: source.imageSha256 };
    return manifest.add(index, sampleRecord(part, files, source.label));
  };
  try {
    const lane = async (part: Part, index: number) => {
      await one(part, index);
      onProgress?.({ done: ++done, total: parts.length });
    };
    await inParallel(parts, availableParallelism() + 1, lane, signal);
  } finally {
    findings.sort((a, b) => (a.file < b.file ? -1 : 1));
    await manifest.close({ counts: { ...counts, pixelsChanged }, findings });
  }
  await writeFile(join(folder, 'train.txt'), written.flatMap((name) => (name === null ? [] : `${name}\n`)).join(''));
  await writeFile(join(folder, 'classes.json'), classesFile(workspace, ignores));
  return { ...counts, findings };
}

type Source = { label: Label; imageSha256: string } | { label: null; finding: ExportResult['findings'][number] };

/** Everything of a sample that can fail because of the sample. */
async function readSource(workspace: Workspace, part: Part, kind: MaskFile | null): Promise<Source> {
  const { image, mask } = part.sample;
  let file = mask ?? image;
  try {
    const label = await (mask ? givenLabel(workspace, part, mask) : pseudoLabel(workspace, part, kind));
    file = image;
    return { label, imageSha256: await hashOf(join(workspace.dataset.folder, image)) };
  } catch (error) {
    return { label: null, finding: { file, problem: messageOf(error) } };
  }
}

/** The dataset's own classes; an ignore value it did not declare is added once a mask needs it. */
function classesFile({ dataset: { classMap } }: Workspace, ignores: boolean): string {
  const ignore = classMap.ignore ?? (ignores ? ignoreValue(classMap) : undefined);
  return `${JSON.stringify({ classes: classMap.classes, ignore }, null, 2)}\n`;
}

/** The first mask that can be read: new masks are of its kind. */
async function maskKind({ dataset }: Workspace): Promise<MaskFile | null> {
  for (const sample of dataset.samples) {
    if (!sample.mask) continue;
    const found = await readGiven(dataset, sample).catch(() => null);
    if (found) return found.mask;
  }
  return null;
}
