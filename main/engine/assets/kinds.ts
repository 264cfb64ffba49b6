import { join } from 'node:path';
import { IGNORE, type SampleRow } from '../../../common/dataset.ts';
import type { AssetKind } from '../../../common/host.ts';
import { rgbOf } from '../../../common/palette.ts';
import { leastBytes, type Threshold } from '../../../common/pseudo.ts';
import { labelTable, readGiven } from '../dataset/labels.ts';
import { encodePicture, readable, readSmall, thumbnail, type Box } from '../images.ts';
import { tintKept } from '../images/overlay.ts';
import { readPlanes, readStored } from '../inference/results/planes.ts';
import { readRecord } from '../inference/results/record.ts';
import { triedAs, TRIALS } from '../inference/trial.ts';
import { readCleaned } from '../masks/replay.ts';
import { leastBytesOf } from '../pseudo/by-id.ts';
import type { Workspace } from '../workspace.ts';

export interface AssetQuery {
  /** longest side, pixels */
  size: number;
  box?: Box;
  threshold: Threshold;
  /** part of a trial */
  scan?: string;
}

/** Pixels ready to go, as they are or as one zstd frame. */
export type Asset = { type: string } & (
  { bytes: Uint8Array; packed?: undefined } | { bytes?: undefined; packed: Uint8Array }
);

/** Ends in an answer other than 200. */
export class Refusal extends Error {
  readonly status: 400 | 404 | 405;
  constructor(status: 400 | 404 | 405, message: string) {
    super(message);
    this.status = status;
  }
}

/** The type of label maps and planes. */
export const RAW = 'application/octet-stream';

export const isKind = (kind: string): kind is AssetKind => Object.hasOwn(MAKERS, kind);

type Maker = (workspace: Workspace, sample: SampleRow, query: AssetQuery) => Promise<Asset>;

/** How each kind is made. They throw Refusal where there is nothing to make it of, and Error for an unusable file. */
export const MAKERS: Record<AssetKind, Maker> = {
  picture: ({ dataset }, sample) => readable(join(dataset.folder, sample.image)),

  thumb: async ({ dataset }, sample, { size, box }) => ({
    type: 'image/jpeg',
    bytes: await thumbnail(join(dataset.folder, sample.image), size, box),
  }),

  planes: async ({ project, results }, sample) => {
    const packed = results.scan && (await readStored(project, results.scan, sample.name));
    if (!packed) throw notScanned(sample);
    return { type: RAW, packed };
  },

  tried: async ({ project }, sample, { scan }) => {
    const packed = scan && (await readStored(project, TRIALS, triedAs(sample.name, scan)));
    if (!packed) throw new Refusal(404, `Expected a picture that was tried, found no trial of ${sample.name}.`);
    return { type: RAW, packed };
  },

  given: async ({ dataset }, sample) => ({
    type: RAW,
    bytes: sample.mask === null ? unlabelled(sample) : (await readGiven(dataset, sample)).given,
  }),

  cleaned: async (workspace, sample) => ({
    type: RAW,
    bytes: sample.mask === null ? await readAccepted(workspace, sample) : await readCleaned(workspace, sample.name),
  }),

  pseudo: async ({ dataset, project, results }, sample, { size, threshold }) => {
    const found = results.scan && (await readPlanes(project, results.scan, sample.name));
    if (!found) throw notScanned(sample);
    const small = await readSmall(join(dataset.folder, sample.image), size);
    const colors = dataset.classMap.classes.map(({ color }) => rgbOf(color));
    const tinted = tintKept(small, found.planes, leastBytes(threshold), colors);
    return { type: 'image/jpeg', bytes: await encodePicture(tinted) };
  },
};

const notScanned = (sample: SampleRow) =>
  new Refusal(404, `Expected a scanned picture, found no scan of ${sample.name}.`);

const unlabelled = ({ width, height }: SampleRow) => new Uint8Array(width * height).fill(IGNORE);

/** The accepted pseudo-label of a picture without mask; without one nothing but IGNORE. */
async function readAccepted({ dataset, project, journal }: Workspace, sample: SampleRow): Promise<Uint8Array> {
  const indexes = unlabelled(sample);
  const accepted = journal.pseudoOf(sample.name);
  if (!accepted) return indexes;
  const [found, record] = await Promise.all([
    readPlanes(project, accepted.scan, sample.name),
    readRecord(project, accepted.scan),
  ]);
  if (!found || !record) return indexes;
  const table = labelTable(dataset.classMap);
  const least = leastBytesOf(accepted.threshold, record.classes);
  const { label, confidence } = found.planes;
  for (let i = 0; i < label.length; i++)
    if (confidence[i] >= least[label[i]]) indexes[i] = table[record.classes[label[i]]] ?? IGNORE;
  return indexes;
}
