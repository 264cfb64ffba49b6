import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlantedReport, PlantSettings } from '../../../common/planted.ts';
import { writeAtomic } from '../atomic.ts';
import type { Results } from '../inference/results/results.ts';
import type { Project } from '../project.ts';
import { plantedFolder, sweep } from './workplace.ts';
import { makeFolder } from '../make-folder.ts';

/** Changes whenever the same settings would plant or judge otherwise than before. */
const ALGORITHM = 1;

/** A report on disk, and what it was true of. */
interface Kept {
  version: typeof ALGORITHM;
  /** see stateOf */
  state: string;
  report: PlantedReport;
}

/** Of the bytes of every scanned picture and mask, in an order of its own: a report stays true as long as this does. */
export function stateOf(results: Results): string {
  const hash = createHash('sha256');
  const lines = [...results.all()].map(({ sample }) => `${sample} ${results.source(sample)?.hash ?? ''}\n`);
  for (const line of lines.sort()) hash.update(line);
  return hash.digest('hex').slice(0, 32);
}

const fileOf = (project: Pick<Project, 'cache'>, scan: string, { seed, errors }: PlantSettings) =>
  join(plantedFolder(project), `${scan}-${seed}-${errors}.json`);

export async function keepReport(project: Pick<Project, 'cache'>, report: PlantedReport, state: string): Promise<void> {
  const kept: Kept = { version: ALGORITHM, state, report };
  await makeFolder(plantedFolder(project));
  await writeAtomic(fileOf(project, report.scan, report.settings), `${JSON.stringify(kept)}\n`);
}

/** The report of exactly these settings, as long as nothing has changed since; null: there is none. */
export async function keptReport(
  project: Pick<Project, 'cache'>,
  scan: string,
  settings: PlantSettings,
  state: string,
): Promise<PlantedReport | null> {
  const kept = await readKept(fileOf(project, scan, settings));
  return kept?.state === state ? kept.report : null;
}

/** The newest report about this scan, whatever its settings; takes away what a killed run left behind. */
export async function recallReport(
  project: Pick<Project, 'cache'>,
  scan: string | null,
): Promise<PlantedReport | null> {
  await sweep(project);
  const folder = plantedFolder(project);
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.startsWith(`${scan}-`) && name.endsWith('.json'));
  const dated = await Promise.all(
    files.map(async (name) => ({
      name,
      at: await stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  for (const { name } of dated.sort((a, b) => b.at - a.at)) {
    const kept = await readKept(join(folder, name));
    if (kept) return kept.report;
  }
  return null;
}

async function readKept(file: string): Promise<Kept | null> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Partial<Kept> | null;
    return kept?.version === ALGORITHM && kept.report ? (kept as Kept) : null;
  } catch {
    return null;
  }
}
