import { join } from 'node:path';
import type { ScanPlan, ScanSettings } from '../../../common/scan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors.ts';
import { membersFor, openEnsemble, type Ensemble } from './ensemble.ts';

/** How the out-of-fold rule will fall out for these settings. Models that cannot be used take no part. */
export async function planScan(dataset: Dataset, settings: ScanSettings): Promise<ScanPlan> {
  const ensemble = await openEnsemble(dataset, settings).catch((error: unknown) => {
    if (error instanceof InputError) return null;
    throw error;
  });
  return {
    scan: ensemble?.record.key ?? null,
    members: ensemble?.members.length ?? 0,
    ...share(dataset, ensemble),
    folds: ensemble?.folds.size ? (settings.folds ?? join(dataset.folder, 'folds.json')) : null,
  };
}

function share({ samples }: Dataset, ensemble: Ensemble | null) {
  let [heldOut, notHeldOut, unlabelled] = [0, 0, 0];
  let [fewest, most] = [Infinity, 0];
  for (const sample of samples) {
    const judges = ensemble && membersFor(ensemble, sample, () => true);
    if (sample.mask === null) unlabelled++;
    else if (judges?.heldOut) {
      heldOut++;
      fewest = Math.min(fewest, judges.members.length);
      most = Math.max(most, judges.members.length);
    } else notHeldOut++;
  }
  return { heldOut, heldOutMembers: [most && fewest, most] as [number, number], notHeldOut, unlabelled };
}
