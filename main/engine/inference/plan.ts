import { NO_TTA } from '../../../common/ensemble.ts';
import type { Finding } from '../../../common/dataset.ts';
import type { ScanPlan, ScanSettings } from '../../../common/scan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors.ts';
import type { Project } from '../project.ts';
import { membersFor, openEnsemble, type Ensemble } from './ensemble.ts';
import { readFolds } from './folds.ts';
import { inFoldFor } from './in-fold.ts';
import { passesFor } from './passes-for.ts';
import { readRecord } from './results/record.ts';

/**
 * How the out-of-fold rule will fall out for these settings. Models that cannot be used take no part. `project`: where an
 * earlier part of the same scan may lie.
 */
export async function planScan(dataset: Dataset, settings: ScanSettings, project?: Project): Promise<ScanPlan> {
  const ensemble = await openEnsemble(dataset, settings).catch((error: unknown) => {
    if (error instanceof InputError) return null;
    throw error;
  });
  const record = project && ensemble && (await readRecord(project, ensemble.record.key));
  return {
    ...(record?.sureness !== undefined && { sureness: record.sureness }),
    scan: ensemble?.record.key ?? null,
    members: ensemble?.members.length ?? 0,
    ...share(dataset, ensemble),
    folds: ensemble?.folds.size ? ensemble.foldsFile : null,
    foldsProblem: await foldsProblemOf(dataset, settings),
  };
}

async function foldsProblemOf(dataset: Dataset, settings: ScanSettings): Promise<string | null> {
  const findings: Finding[] = [];
  try {
    await readFolds(dataset, settings, findings);
    return findings[0]?.problem ?? null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function share({ samples }: Dataset, ensemble: Ensemble | null) {
  let [heldOut, notHeldOut, unlabelled] = [0, 0, 0];
  let [fewest, most, inFold] = [Infinity, 0, 0];
  for (const sample of samples) {
    const judges = ensemble && membersFor(ensemble, sample, () => true);
    if (sample.mask === null) unlabelled++;
    else if (ensemble && judges?.heldOut) {
      heldOut++;
      fewest = Math.min(fewest, judges.members.length);
      most = Math.max(most, judges.members.length);
      inFold = Math.max(inFold, inFoldFor(ensemble, sample, () => true).length);
    } else notHeldOut++;
  }
  return { heldOut, heldOutMembers: [most && fewest, most] as [number, number], inFold, notHeldOut, unlabelled };
}

/** Network runs, TTA and windows included: of a labelled picture (fewest, most), of an unlabelled one (most). Pictures of one size and one set of members are reckoned once. */
export function passesOf(
  { samples }: Pick<Dataset, 'samples'>,
  ensemble: Ensemble | null,
  settings: Pick<ScanSettings, 'tta' | 'window'>,
): { labelled: [number, number]; unlabelled: number } {
  const known = new Map<string, number>();
  let [fewest, most, unlabelled] = [Infinity, 0, 0];
  for (const sample of samples) {
    if (!ensemble) break;
    const { members } = membersFor(ensemble, sample, () => true);
    const inFold = inFoldFor(ensemble, sample, () => true);
    const key = `${members.join()} ${inFold.join()} ${settings.window ? `${sample.width} ${sample.height}` : ''}`;
    const count =
      known.get(key) ??
      passesFor(ensemble, settings, sample, members) +
        passesFor(ensemble, { ...settings, tta: NO_TTA }, sample, inFold);
    known.set(key, count);
    if (sample.mask === null) unlabelled = Math.max(unlabelled, count);
    else [fewest, most] = [Math.min(fewest, count), Math.max(most, count)];
  }
  return { labelled: [most && fewest, most], unlabelled };
}
