import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Insights } from '../../../common/insights.ts';
import { writeAtomic } from '../atomic.ts';
import { scanFolder } from '../inference/results/record.ts';
import type { Project } from '../project.ts';
import type { FolderSize } from './tally.ts';

/** Raised when something is measured in another way. */
const VERSION = 2;

/** A measurement as it stays in the cache of its scan. */
export interface Kept {
  version: typeof VERSION;
  /** lines of results, and of the journal, that it was made of */
  lines: number;
  seq: number;
  insights: Insights;
  folders: [string, FolderSize][];
}

const fileOf = (project: Project, scan: string) => join(scanFolder(project, scan), 'insights.json');

/** Not forced to disk: it can be measured again. */
export async function keep(project: Project, kept: Omit<Kept, 'version'>): Promise<void> {
  const file = fileOf(project, kept.insights.scan);
  await writeAtomic(file, JSON.stringify({ version: VERSION, ...kept }), { durable: false });
}

/** The last measurement of this scan; null: there is none that can be used. */
export async function readKept(project: Project, scan: string): Promise<Kept | null> {
  try {
    const kept = JSON.parse(await readFile(fileOf(project, scan), 'utf8')) as Partial<Kept> | null;
    return kept?.version === VERSION ? (kept as Kept) : null;
  } catch {
    return null;
  }
}
