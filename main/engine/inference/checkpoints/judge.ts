import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Finding, SampleRow } from '../../../../common/dataset.ts';
import { NO_TTA } from '../../../../common/ensemble.ts';
import type { ModelInfo } from '../../../../common/scan.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { InputError } from '../../errors.ts';
import type { Count, Long } from '../../long.ts';
import { batchNormsOf } from '../../onnx/weights/batch-norm.ts';
import type { Model } from '../../onnx/model.ts';
import { encodeModel } from '../../onnx/proto.ts';
import { inTemporaryFolder } from '../../temporary.ts';
import { classProblem } from '../ensemble.ts';
import { readFolds } from '../folds.ts';
import { memberOf, type Member } from '../member.ts';
import { reEstimate } from './re-estimate.ts';
import { withRuntimes, type Runtime } from '../runtime.ts';
import { validate, type Composed } from './validate.ts';

export interface JudgeOptions extends Long<Count & { what: string }> {
  dataset: Dataset;
  /** see readFolds; null: the dataset's own */
  folds: string | null;
  /** most pictures that statistics, and most that measures are taken of */
  pictures: number;
  /** see Runtime */
  workerFile: string;
}

/** Measures versions of one network on the pictures of a dataset, without writing anywhere but to a temporary folder. */
export class Judge {
  readonly findings: Finding[] = [];
  /** labelled pictures, held out where the network's fold is known */
  readonly judged: readonly SampleRow[];
  readonly heldOut: boolean;
  private readonly training: readonly SampleRow[];
  private readonly member: Member;
  private readonly runtimes: readonly Runtime[];
  private readonly options: JudgeOptions;
  private readonly temporary: string;
  private count = 0;

  private constructor(
    info: ModelInfo,
    folds: ReadonlyMap<string, number>,
    options: JudgeOptions,
    runtimes: readonly Runtime[],
    temporary: string,
  ) {
    const { dataset, pictures } = options;
    const labelled = dataset.samples.filter(({ mask }) => mask !== null);
    const held = info.fold === null ? [] : labelled.filter(({ name }) => folds.get(name) === info.fold);
    const seen = held.length ? labelled.filter((sample) => !held.includes(sample)) : labelled;
    this.heldOut = held.length > 0;
    this.judged = spread(held.length ? held : labelled, pictures);
    this.training = spread(seen.length ? seen : dataset.samples, pictures);
    this.member = judgedAs(info, dataset);
    this.runtimes = runtimes;
    this.options = options;
    this.temporary = temporary;
  }

  /** A judge for as long as `work` takes. Throws InputError where the network's classes are not the dataset's. */
  static async during<T>(info: ModelInfo, options: JudgeOptions, work: (judge: Judge) => Promise<T>): Promise<T> {
    const { dataset, workerFile, signal } = options;
    const problem = classProblem(info, judgedAs(info, dataset), dataset.classMap.classes.length);
    if (problem) throw new InputError(`${info.file}: ${problem}`);
    const findings: Finding[] = [];
    const { of: folds } = await readFolds(dataset, options, findings);
    return inTemporaryFolder((temporary) =>
      withRuntimes(workerFile, availableParallelism(), signal, (runtimes) => {
        const judge = new Judge(info, folds, options, runtimes, temporary);
        judge.findings.push(...findings);
        return work(judge);
      }),
    );
  }

  /** 0..1; throws InputError where not one picture counts. */
  async miou(model: Model | string, what: string): Promise<number> {
    const composed = await this.composed(model);
    const found = await validate(composed, this.options.dataset, this.judged, this.place(what));
    this.note(found.findings);
    if (found.miou === null)
      throw new InputError(
        `Expected labelled pictures in ${this.options.dataset.name} to judge by, found none that could be run. ${found.findings[0]?.problem ?? ''}`.trim(),
      );
    return found.miou;
  }

  /** With the statistics of BatchNormalization re-estimated, where there are such nodes. */
  async settle(model: Model): Promise<{ model: Model; samples: number }> {
    if (!batchNormsOf(model).length) return { model, samples: 0 };
    const { folder } = this.options.dataset;
    const place = this.place('Re-estimating BatchNormalization');
    const settled = await reEstimate(model, this.member, folder, this.training, place);
    this.note(settled.findings);
    return settled;
  }

  private async composed(model: Model | string): Promise<Composed> {
    let file = typeof model === 'string' ? model : '';
    if (typeof model !== 'string') {
      file = join(this.temporary, `${this.count++}.onnx`);
      await writeFile(file, encodeModel(model));
    }
    return { members: [{ ...this.member, file }], tta: NO_TTA, merge: 'mean', window: null };
  }

  private place(what: string) {
    const { signal, onProgress } = this.options;
    return { runtimes: this.runtimes, signal, onProgress: (count: Count) => onProgress?.({ ...count, what }) };
  }

  /** The same picture is at fault each time it is run. */
  private note(findings: readonly Finding[]): void {
    const known = new Set(this.findings.map(({ file }) => file));
    this.findings.push(...findings.filter(({ file }) => !known.has(file)));
  }
}

/** `most` of the samples, evenly spread. */
export function spread(samples: readonly SampleRow[], most: number): SampleRow[] {
  const step = Math.max(1, samples.length / most);
  return Array.from({ length: Math.min(samples.length, most) }, (_, i) => samples[Math.floor(i * step)]);
}

const judgedAs = (info: ModelInfo, { classMap }: Pick<Dataset, 'classMap'>): Member =>
  memberOf(info, undefined, classMap.classes);
