import { join } from 'node:path';
import type { StudioEvent } from '../../common/api.ts';
import type { DatasetSummary } from '../../common/dataset.ts';
import type { Dataset } from './dataset/dataset.ts';
import { openDataset } from './dataset/open.ts';
import { changeOf } from './decide.ts';
import { openResults, type Results } from './inference/results/results.ts';
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

export async function openWorkspace(
  folder: string,
  projectFolder?: string,
  long: Long<Count> = {},
): Promise<Workspace> {
  const project = await projectOf(folder, projectFolder);
  const dataset = await readDataset(folder, project, long);
  const [journal, results] = await Promise.all([openJournal(project.journalFile), openResults(project)]);
  return { dataset, project, journal, results };
}

/** What the folder holds now. */
export function readDataset(folder: string, project: Project, long: Long<Count> = {}): Promise<Dataset> {
  return openDataset(folder, { ...long, cacheFile: join(project.cache, 'headers.json') });
}

export async function closeWorkspace(workspace: Workspace): Promise<void> {
  workspace.results.close();
  await workspace.journal.close();
}

/**
 * Tells windows what other windows, other processes and running scans add; returns its undo. `present`: the authors whose
 * windows are open, on which it depends what can be undone.
 */
export function watchWorkspace(
  workspace: Workspace,
  emit: (event: StudioEvent) => void,
  present: () => ReadonlySet<string>,
): () => void {
  const { project, journal, results } = workspace;
  const undoJournal = journal.onChange((line) =>
    emit({ type: 'journal', dataset: project.id, change: changeOf(workspace, line, present()) }),
  );
  const undoResults = results.onChange(() => {
    if (results.scan) emit({ type: 'results', dataset: project.id, scan: results.scan, count: results.count });
  });
  // A scan by another process, or another machine on the same file system, shows up on its own.
  const timer = setInterval(() => void results.follow().catch(() => undefined), 2000);
  timer.unref();
  return () => {
    clearInterval(timer);
    undoJournal();
    undoResults();
  };
}

export function summarise({ dataset, project }: Workspace): DatasetSummary {
  const labelled = dataset.samples.reduce((sum, sample) => sum + (sample.mask ? 1 : 0), 0);
  return {
    id: project.id,
    folder: dataset.folder,
    project: project.folder,
    name: dataset.name,
    format: dataset.format,
    classes: dataset.classMap.classes,
    ignore: dataset.classMap.ignore,
    samples: dataset.samples.length,
    labelled,
    unlabelled: dataset.samples.length - labelled,
    findings: dataset.findings,
  };
}
