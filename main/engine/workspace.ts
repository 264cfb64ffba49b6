import { join } from 'node:path';
import type { Dataset } from './dataset/dataset.ts';
import { openDataset } from './dataset/open.ts';
import { openResults, type Results } from './inference/results.ts';
import { openJournal, type Journal } from './journal.ts';
import type { Count, Long } from './long.ts';
import { projectOf, type Project } from './project.ts';

/** One opened dataset and everything Winnow keeps about it. */
export interface Workspace {
  dataset: Dataset;
  project: Project;
  journal: Journal;
  results: Results;
}

export async function openWorkspace(folder: string, projectFolder?: string, long: Long<Count> = {}): Promise<Workspace> {
  const project = await projectOf(folder, projectFolder);
  const dataset = await openDataset(folder, { ...long, cacheFile: join(project.cache, 'headers.json') });
  const [journal, results] = await Promise.all([openJournal(project.journalFile), openResults(project)]);
  return { dataset, project, journal, results };
}

export async function closeWorkspace(workspace: Workspace): Promise<void> {
  workspace.results.close();
  await workspace.journal.close();
}
