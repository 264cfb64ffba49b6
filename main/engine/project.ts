import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { DEVICES, type ScanSettings } from '../../common/scan.ts';
import { NAMED_TTA } from '../../common/ensemble.ts';
import { writeAtomic } from './atomic.ts';
import { memberSettings, mergeSetting, temperatureSetting, ttaSettings, windowSettings } from './ensemble-schema.ts';
import { InputError, messageOf } from './errors.ts';
import { makeFolder } from './make-folder.ts';

/** The one folder Winnow writes to: `<dataset>/.winnow`, or any other the person names. */
export interface Project {
  /** short hash of dataset and project folder: names both in calls and URLs */
  id: string;
  /** absolute */
  folder: string;
  /** project.json: what a person chose */
  settingsFile: string;
  /** journal.jsonl: what a person decided */
  journalFile: string;
  /** cache/: rebuildable */
  cache: string;
}

const Settings = z.object({
  models: z.array(z.string()).default([]),
  folds: z.string().nullable().default(null),
  inFold: z.number().int().min(0).max(256).optional(),
  members: z.array(memberSettings).default([]),
  tta: ttaSettings.default(NAMED_TTA.hflip),
  merge: mergeSetting.default('mean'),
  temperature: temperatureSetting,
  window: windowSettings.nullable().default(null),
  device: z.enum(DEVICES as [ScanSettings['device'], ...ScanSettings['device'][]]).default('auto'),
  processes: z.number().int().min(1).max(64).nullable().default(null),
});
const ProjectFile = z.object({ version: z.literal(1), settings: Settings });

export const scanSettings = Settings;

/** Names the project folder of a dataset; writes nothing. Throws InputError where there is no such folder. */
export async function projectOf(dataset: string, folder?: string): Promise<Project> {
  const real = await realpath(dataset).catch((error: NodeJS.ErrnoException) => {
    const found = error.code === 'ENOENT' ? 'nothing there' : (error.code ?? error.message);
    throw new InputError(`Expected a dataset folder at ${resolve(dataset)}, found ${found}.`);
  });
  const place = resolve(folder ?? join(real, '.winnow'));
  return {
    id: createHash('sha256').update(`${real}\0${place}`).digest('hex').slice(0, 12),
    folder: place,
    settingsFile: join(place, 'project.json'),
    journalFile: join(place, 'journal.jsonl'),
    cache: join(place, 'cache'),
  };
}

/**
 * Makes the project's folders; called before the first write, so that looking at a dataset leaves no trace. Throws InputError
 * where they cannot be made.
 */
export async function makeProject(project: Project): Promise<void> {
  await makeFolder(project.cache).catch((error: unknown) => {
    throw new InputError(`Expected a project folder that can be made at ${project.folder}, found ${messageOf(error)}.`);
  });
}

export async function readSettings(project: Project): Promise<ScanSettings> {
  let text: string;
  try {
    text = await readFile(project.settingsFile, 'utf8');
  } catch {
    return Settings.parse({});
  }
  try {
    return ProjectFile.parse(JSON.parse(text)).settings;
  } catch (error) {
    throw new InputError(`Expected Winnow's settings in ${project.settingsFile}, found ${messageOf(error)}.`);
  }
}

export async function writeSettings(project: Project, settings: ScanSettings): Promise<void> {
  await makeProject(project);
  await writeAtomic(project.settingsFile, `${JSON.stringify({ version: 1, settings }, null, 2)}\n`);
}
