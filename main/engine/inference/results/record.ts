import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScanSettings } from '../../../../common/scan.ts';
import { writeAtomic } from '../../atomic.ts';
import type { Project } from '../../project.ts';
import type { Member } from '../member.ts';
import { makeFolder } from '../../make-folder.ts';

/** What a scan was made with: scan.json in its folder of the cache. Its time of change tells which scan is the current one. */
export interface ScanRecord {
  version: 3;
  /** the scan's name: hash of everything its results depend on */
  key: string;
  /** class indexes of the planes, in order: the mask-file ids */
  classes: number[];
  tta: ScanSettings['tta'];
  merge: ScanSettings['merge'];
  /** absent: 1 */
  temperature?: number;
  window: ScanSettings['window'];
  /** members asked for a second look; absent: none */
  inFold?: number;
  members: (Member & { sha256: string })[];
  /** measured on some of its pictures before any case was looked for, see surenessOf; absent: not measured, as 1 */
  sureness?: number;
}

export const scanFolder = (project: Pick<Project, 'cache'>, scan: string): string => join(project.cache, scan);

const recordFile = (project: Pick<Project, 'cache'>, scan: string) => join(scanFolder(project, scan), 'scan.json');

export async function writeRecord(project: Project, record: ScanRecord): Promise<void> {
  await makeFolder(scanFolder(project, record.key));
  await writeAtomic(recordFile(project, record.key), `${JSON.stringify(record, null, 2)}\n`);
}

export async function readRecord(project: Project, scan: string): Promise<ScanRecord | null> {
  try {
    const record = JSON.parse(await readFile(recordFile(project, scan), 'utf8')) as Partial<ScanRecord> | null;
    return record?.version === 3 ? (record as ScanRecord) : null;
  } catch {
    return null;
  }
}

/** Key of the scan that was started last; null: none yet. */
export async function currentScan(project: Project): Promise<string | null> {
  let newest: { key: string; at: number } | null = null;
  const folders = await readdir(project.cache, { withFileTypes: true }).catch(() => []);
  for (const { name } of folders.filter((entry) => entry.isDirectory())) {
    const at = await stat(recordFile(project, name)).then(
      (found) => found.mtimeMs,
      () => null,
    );
    if (at !== null && (!newest || at > newest.at)) newest = { key: name, at };
  }
  return newest?.key ?? null;
}
