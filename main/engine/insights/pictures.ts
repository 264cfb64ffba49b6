import type { SampleRow } from '../../../common/dataset.ts';
import { InputError } from '../errors.ts';
import { readRecord } from '../inference/results/record.ts';
import type { Workspace } from '../workspace.ts';

/** The pictures that a measurement of the current scan is about. */
export interface Counted {
  scan: string;
  /** labelled pictures scanned, and those of them scored by held-out members */
  samples: number;
  heldOut: number;
  /** those that count: the held-out ones where there are any, else all */
  pictures: SampleRow[];
}

/** Throws InputError where no labelled picture has been scanned, or one with other classes than the dataset has now. */
export async function countedPictures({ dataset, project, results }: Workspace): Promise<Counted> {
  await results.follow();
  const { scan } = results;
  const record = scan === null ? null : await readRecord(project, scan);
  if (scan === null || !record) throw new InputError(`Expected a scan of ${dataset.name}, found none: scan it first.`);
  const ids = dataset.classMap.classes.map(({ id }) => id);
  if (record.classes.join() !== ids.join())
    throw new InputError(
      `Expected a scan of ${dataset.name} with its classes of now, ${ids.join(' ')}, found one with ${record.classes.join(' ')}: scan it again.`,
    );
  const labelled: SampleRow[] = [];
  const heldOut: SampleRow[] = [];
  for (const result of results.all()) {
    const row = result.labelled && dataset.byName.get(result.sample);
    if (!row || !row.mask) continue;
    labelled.push(row);
    if (result.heldOut) heldOut.push(row);
  }
  if (!labelled.length)
    throw new InputError(`Expected labelled pictures in the scan of ${dataset.name}, found none: scan some first.`);
  const pictures = heldOut.length ? heldOut : labelled;
  return { scan, samples: labelled.length, heldOut: heldOut.length, pictures };
}
