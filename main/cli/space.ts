import type { SampleResult } from '../../common/case.ts';
import { IGNORE, type ClassMap } from '../../common/dataset.ts';
import { InputError } from '../engine/errors.ts';
import { closeWorkspace, openWorkspace, type Workspace } from '../engine/workspace.ts';
import { countWith } from './progress.ts';
import type { Run } from './run.ts';

/** Opens the dataset, works on it, and lets go of it whatever happens. */
export async function withWorkspace<T>(
  folder: string,
  project: string | undefined,
  { signal, progress }: Run,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(folder, project, { signal, onProgress: countWith(progress, 'Opening') });
  try {
    return await work(workspace);
  } finally {
    await closeWorkspace(workspace);
  }
}

/** This process, as the journal names who decided. */
export const author = `cli-${process.pid}-${Date.now().toString(36)}`;

/** A class index as people and mask files know it. */
export function classOf(map: ClassMap, index: number): { id: number | null; name: string } {
  return index === IGNORE ? { id: map.ignore, name: 'ignore' } : map.classes[index];
}

/** The results of the current scan, one a picture. */
export function scanned({ dataset, results }: Workspace): Iterable<SampleResult> {
  if (results.scan === null)
    throw new InputError(`Expected a scan of ${dataset.folder}, found none: run \`winnow scan\` first.`);
  return results.all();
}
