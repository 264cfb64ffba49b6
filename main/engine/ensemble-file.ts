import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, relative, resolve } from 'node:path';
import { z } from 'zod';
import { NAMED_TTA, type Composition } from '../../common/ensemble.ts';
import type { ModelInfo, ScanSettings } from '../../common/scan.ts';
import { writeAtomic } from './atomic.ts';
import { memberInFile, mergeSetting, temperatureSetting, ttaSettings, windowSettings } from './ensemble-schema.ts';
import { InputError, messageOf } from './errors.ts';
import { parseJson } from './json.ts';

/**
 * An ensemble as one JSON file, the same for the window and the command line: members (file beside this one or absolute,
 * weight, fold, sizes or one size, preprocessing, activation, output, classMap), tta (a name, or transforms one by one),
 * merge, temperature, window. A word that is none of these is an error: one that is misspelt would be missed.
 */
const EnsembleFile = z.strictObject({
  members: z.array(memberInFile).min(1).max(256),
  tta: ttaSettings.default(NAMED_TTA.none),
  merge: mergeSetting.default('mean'),
  temperature: temperatureSetting,
  window: z.strictObject(windowSettings.shape).nullable().default(null),
});

/** Models and composition as they stand in the file. Throws InputError, one sentence. */
export async function readEnsemble(file: string): Promise<Pick<ScanSettings, 'models' | keyof Composition>> {
  const path = resolve(file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new InputError(`Expected an ensemble file at ${path}, found ${messageOf(error)}.`);
  }
  try {
    const ensemble = parseJson(text, EnsembleFile);
    const members = ensemble.members.map((one) => ({ ...one, file: resolve(dirname(path), one.file) }));
    return { ...ensemble, members, models: members.map((one) => one.file) };
  } catch (error) {
    throw new InputError(
      `Expected {members: [{file, weight, fold, …}], tta, merge, temperature, window} in ${path}, found ${messageOf(error)}.`,
    );
  }
}

/**
 * Folders among the models become the files found in them, so that the file says who takes part. Throws InputError where
 * `file` is no name for such a file, or one that holds something else.
 */
export async function writeEnsemble(
  file: string,
  settings: Pick<ScanSettings, keyof Composition>,
  models: readonly Pick<ModelInfo, 'file' | 'problem'>[],
): Promise<void> {
  const path = resolve(file);
  await expectOurs(path);
  const members = models
    .filter(({ problem }) => problem === null)
    .flatMap(({ file: model }) => {
      const own = settings.members.filter((one) => one.file === model);
      return (own.length ? own : [{}]).map((one) => ({ ...one, file: beside(dirname(path), model) }));
    });
  if (!members.length)
    throw new InputError('Expected at least one usable model to put in an ensemble file, found none.');
  const { tta, merge, temperature, window } = settings;
  await writeAtomic(path, `${JSON.stringify({ members, tta, merge, temperature, window }, null, 2)}\n`);
}

/** Relative where that stays short: an ensemble and its models move together. */
function beside(folder: string, file: string): string {
  const path = relative(folder, file);
  return isAbsolute(path) || path.startsWith('..') ? file : path;
}

async function expectOurs(path: string): Promise<void> {
  if (extname(path).toLowerCase() !== '.json')
    throw new InputError(`Expected a name that ends in .json for an ensemble file, found ${basename(path)}.`);
  if (existsSync(path)) await readEnsemble(path);
}
