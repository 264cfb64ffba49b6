import { basename, join } from 'node:path';
import type { CaseDetail, SampleResult } from '../../common/case.ts';
import type { SampleRow } from '../../common/dataset.ts';
import type { Planes } from '../../common/planes.ts';
import type { Dataset } from '../../main/engine/dataset/dataset.ts';
import { labelTable, readGiven, toIndexes } from '../../main/engine/dataset/labels.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readMask } from '../../main/engine/images.ts';
import { readCases, readPlanes } from '../../main/engine/inference/results/planes.ts';
import { readRecord } from '../../main/engine/inference/results/record.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { measuredOf, surenessOf } from '../../main/engine/inference/sureness.ts';
import { projectOf } from '../../main/engine/project.ts';
import { errorsOf, readListed, wrongPixels, type KnownError } from './errors.ts';

/** A scanned picture whose true labels are known. Maps hold width × height class indexes or IGNORE. */
export interface KnownPicture {
  sample: SampleRow;
  result: SampleResult;
  given: Uint8Array;
  truth: Uint8Array;
  /** 1 where the given label is wrong */
  wrong: Uint8Array;
  errors: () => KnownError[];
  cases: () => Promise<CaseDetail[]>;
  planes: () => Promise<Planes | null>;
}

export interface Known {
  dataset: Dataset;
  /** of the scan, see surenessOf */
  sureness: number;
  /** every labelled picture of the scan, one after the other */
  pictures: () => AsyncGenerator<KnownPicture>;
}

/**
 * A scan beside the truth: `truth` holds masks/ (as the dataset's, but right) and, if the errors are known, errors.json.
 * Throws without a scan.
 */
export async function openKnown(data: string, projectFolder: string, truth: string): Promise<Known> {
  const dataset = await openDataset(data);
  const project = await projectOf(data, projectFolder);
  const results = await openResults(project);
  const { scan } = results;
  if (scan === null) throw new Error(`Expected a scan in ${projectFolder}, found none.`);
  const table = labelTable(dataset.classMap);
  const listed = await readListed(truth);
  async function* pictures(): AsyncGenerator<KnownPicture> {
    for (const result of results.all()) {
      const sample = dataset.byName.get(result.sample);
      if (!sample?.mask) continue;
      const { name } = sample;
      const { given } = await readGiven(dataset, sample);
      const right = toIndexes(await readMask(join(truth, 'masks', basename(sample.mask))), table);
      const wrong = wrongPixels(given, right);
      yield {
        ...{ sample, result, given, truth: right, wrong },
        errors: () => errorsOf(name, wrong, sample.width, listed),
        cases: () => readCases(project, scan ?? '', name),
        planes: async () => (await readPlanes(project, scan ?? '', name))?.planes ?? null,
      };
    }
  }
  const record = await readRecord(project, scan);
  const heldOut = [...results.all()].filter((one) => one.labelled && one.heldOut).map(({ sample }) => sample);
  const classes = dataset.classMap.classes.length;
  const sureness =
    record?.sureness ??
    (await surenessOf(project, scan, measuredOf(heldOut), { classes, temperature: record?.temperature }));
  return { dataset, sureness, pictures };
}

/** The planes of a project's scan, by sample; null where it has none. Throws without a scan. */
export async function openPlanes(
  data: string,
  projectFolder: string,
): Promise<(name: string) => Promise<Planes | null>> {
  const project = await projectOf(data, projectFolder);
  const { scan } = await openResults(project);
  if (scan === null) throw new Error(`Expected a scan in ${projectFolder}, found none.`);
  return async (name) => (await readPlanes(project, scan, name))?.planes ?? null;
}
