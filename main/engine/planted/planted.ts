import { join } from 'node:path';
import type { PlantedReport, PlantSettings } from '../../../common/planted.ts';
import type { ScanSettings } from '../../../common/scan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors.ts';
import { openEnsemble } from '../inference/ensemble.ts';
import { readCases } from '../inference/results/planes.ts';
import { readRecord } from '../inference/results/record.ts';
import { openResults } from '../inference/results/results.ts';
import { scanDataset } from '../inference/scan.ts';
import type { Count, Long } from '../long.ts';
import { projectOf, readSettings } from '../project.ts';
import type { Workspace } from '../workspace.ts';
import { plantCopies, type Copy } from './copies.ts';
import { judge, type Outcome } from './judge.ts';
import { keepReport, keptReport, stateOf } from './kept.ts';
import { reportOf } from './report.ts';
import { inWorkplace } from './workplace.ts';

/** Down to this score a person is taken to review: here a case is as likely right as wrong. */
const LEAST_SCORE = 0.5;

export interface PlantOptions extends Long<Count> {
  /** the program an inference process is started with */
  workerFile: string;
}

/**
 * Plants known errors in copies of labelled pictures, scans those with the models of the current scan and reports what
 * share of the errors was found. Pictures are read in place; masks with errors are written below the project's cache and
 * taken away again. Throws InputError where nothing was scanned, the models are no longer those of the scan, or no
 * labelled picture was scored by models that did not train on it.
 */
export async function plantErrors(
  workspace: Workspace,
  settings: PlantSettings,
  options: PlantOptions,
): Promise<PlantedReport> {
  const { dataset, project, results } = workspace;
  await results.follow();
  const { scan } = results;
  if (scan === null) throw new InputError('Expected a scan whose models can be asked again, found none.');
  const state = stateOf(results);
  const known = await keptReport(project, scan, settings, state);
  if (known) return known;
  const asked = await settingsOf(workspace, scan);
  // Planted errors must not tell how sure the models may be of themselves.
  const sureness = (await readRecord(project, scan))?.sureness ?? 1;
  return inWorkplace(project, async (folder) => {
    const copies = await plantCopies(workspace, scan, settings, join(folder, 'masks'), options);
    if (!copies.length) throw nowhere(workspace);
    const outcomes = await scanCopies(dataset, copies, asked, folder, { ...options, sureness });
    const queue = [...results.all()].flatMap(({ cases }) => cases.map(({ score }) => score));
    const facts = { scan, settings, samples: copies.length, leastScore: LEAST_SCORE };
    const report = reportOf(facts, outcomes, queue, dataset.classMap.classes.length);
    await keepReport(project, report, state);
    return report;
  });
}

/** What the scan was made with, as settings; throws InputError where that can no longer be had. */
async function settingsOf({ dataset, project }: Workspace, scan: string): Promise<ScanSettings> {
  const [record, { device, processes, folds }] = await Promise.all([readRecord(project, scan), readSettings(project)]);
  if (!record) throw new InputError('Expected a scan whose models can be asked again, found one of an older version.');
  const { tta, merge, temperature, window, inFold = 0, members } = record;
  const byHand = members.map(({ file, output, activation, preprocessing, fold, weight, sizes, classMap }) => ({
    ...{ file, output, activation, preprocessing, fold, weight },
    sizes: sizes.filter((size) => size !== null),
    ...(classMap && { classMap }),
  }));
  const models = members.map(({ file }) => file);
  const composition = { members: byHand, tta, merge, ...(temperature !== undefined && { temperature }), window };
  const settings = { ...composition, models, device, processes, folds };
  const { key } = (await openEnsemble(dataset, { ...settings, inFold })).record;
  // No member trained on a planted error: a second look would find it far too easily.
  if (key === scan) return { ...settings, inFold: 0 };
  throw new InputError(
    'Expected what the scan was made with (models, classes, folds), found some of it changed: scan again.',
  );
}

async function scanCopies(
  dataset: Dataset,
  copies: readonly Copy[],
  settings: ScanSettings,
  folder: string,
  { workerFile, signal, sureness, onProgress }: PlantOptions & { sureness: number },
): Promise<Outcome[]> {
  const samples = copies.map(({ sample }) => sample);
  const byName = new Map(samples.map((sample) => [sample.name, sample]));
  const project = await projectOf(dataset.folder, join(folder, 'project'));
  const results = await openResults(project);
  try {
    await scanDataset({ ...dataset, samples, byName, findings: [] }, project, settings, {
      ...{ results, workerFile, signal, sureness },
      onProgress: ({ scanned, cached, failed, total }) => onProgress?.({ done: scanned + cached + failed, total }),
    });
    const outcomes: Outcome[] = [];
    for (const { sample, errors } of copies) {
      const cases = await readCases(project, results.scan ?? '', sample.name);
      outcomes.push(...judge(errors, cases, sample.width, sample.height));
    }
    return outcomes;
  } finally {
    results.close();
  }
}

function nowhere({ results }: Workspace): InputError {
  const scanned = [...results.all()].filter(({ labelled }) => labelled);
  const heldOut = scanned.filter((one) => one.heldOut).length;
  return new InputError(
    `Expected labelled pictures scored by models that did not train on them, with objects whose label is likely right, found ${heldOut} so scored of ${scanned.length}, and nothing to plant in.`,
  );
}
