import type { Device } from '../../../common/scan.ts';
import type { Proof } from '../../../common/trial.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors.ts';

export interface ProofOptions {
  workerFile: string;
  device: Device;
  signal?: AbortSignal;
  /** labelled pictures to try on; fewer where there are fewer */
  samples?: number;
}

/** Tries the plausible ways to read one model on labelled pictures, and finds which of its classes are which. */
export function proveModel(_dataset: Dataset, model: string, _options: ProofOptions): Promise<Proof> {
  return Promise.reject(new InputError(`Expected a model to try out, found that ${model} cannot be tried yet.`));
}
