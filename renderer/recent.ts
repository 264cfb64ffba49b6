import type { DatasetSummary } from '../common/dataset.ts';
import { readPreference, writePreference } from './db.ts';

/** A dataset that was open before, newest first in the list. */
export interface Recent {
  folder: string;
  project: string;
  name: string;
  samples: number;
  labelled: number;
  /** ISO 8601 */
  at: string;
}

const KEY = 'recent';
const MOST = 12;

export async function readRecent(): Promise<Recent[]> {
  return (await readPreference<Recent[]>(KEY)) ?? [];
}

/** Puts an opened dataset in front. */
export async function noteRecent({ folder, project, name, samples, labelled }: DatasetSummary): Promise<void> {
  const others = (await readRecent()).filter((one) => one.folder !== folder || one.project !== project);
  const first = { folder, project, name, samples, labelled, at: new Date().toISOString() };
  await writePreference(KEY, [first, ...others].slice(0, MOST));
}

/** Returns what is left. */
export async function forgetRecent(gone: Recent): Promise<Recent[]> {
  const left = (await readRecent()).filter((one) => one.folder !== gone.folder || one.project !== gone.project);
  await writePreference(KEY, left);
  return left;
}
