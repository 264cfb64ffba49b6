import type { Finding, SampleRow } from '../../../../common/dataset.ts';
import { InputError, messageOf } from '../../errors.ts';
import { inParallel, throwIfCancelled } from '../../long.ts';
import { batchNormsOf, withStatistics, type BatchStatistics } from '../../onnx/weights/batch-norm.ts';
import { batchesOf, compileStatistics, Statistic } from '../../onnx/weights/batch-statistics.ts';
import type { Model } from '../../onnx/model.ts';
import { inBatches, LONGEST, readBatch } from './batches.ts';
import type { Member } from '../member.ts';
import { USUAL_MULTIPLE } from '../members.ts';
import type { Runtime } from '../runtime.ts';
import type { Session, Tensor } from '../sessions.ts';
import type { Place } from './validate.ts';

/**
 * The model with the statistics of its BatchNormalization nodes taken from `samples` (whose masks play no part), the way
 * torch's `swa_utils.update_bn` takes them: in training mode, batch by batch. Of a large picture a part is run, of each
 * another; one that cannot be read is a finding, and pictures of a size that no other has are left out where a layer needs
 * a batch of several.
 * Throws InputError where not one batch could be run.
 */
export async function reEstimate(
  model: Model,
  member: Pick<Member, 'layout' | 'output' | 'activation' | 'preprocessing' | 'multiple'>,
  folder: string,
  samples: readonly SampleRow[],
  { runtimes, signal, onProgress }: Place,
): Promise<{ model: Model; samples: number; findings: Finding[] }> {
  const norms = batchNormsOf(model).length;
  const { most, fixed } = batchesOf(model, member);
  const batches = inBatches(samples, { most, longest: fixed ? Infinity : LONGEST });
  const found: (BatchStatistics[] | null)[] = batches.map(() => null);
  const findings: Finding[] = [];
  const waiting = [...batches.keys()];
  let [done, used] = [0, 0];

  const lane = async ({ load }: Runtime) => {
    const networks = new Networks((batch, multiple) =>
      load(compileStatistics(model, member, { batch, multiple }), 'cpu'),
    );
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const pictures = await readBatch(folder, batches[at], findings);
      try {
        const statistics = pictures.length ? await networks.run(pictures, member.multiple) : null;
        const seen = statistics && statisticsOf(statistics, norms);
        if (seen?.every(({ count }) => count > 1)) {
          found[at] = seen;
          used += pictures.length;
        }
      } catch (error) {
        throwIfCancelled(signal);
        findings.push({
          file: batches[at].samples[0].image,
          problem: `Expected a batch that runs, found ${messageOf(error)}`,
        });
      }
      done += batches[at].samples.length;
      onProgress?.({ done, total: samples.length });
    }
    await networks.release();
  };
  await inParallel(runtimes, runtimes.length, lane, signal);

  const whole = found.filter((batch) => batch !== null);
  if (!whole.length)
    throw new InputError(
      `Expected pictures to re-estimate BatchNormalization from, found none that could be run. ${findings[0]?.problem ?? ''}`.trim(),
    );
  return { model: withStatistics(model, whole), samples: used, findings };
}

const statisticsOf = (tensors: Record<string, Tensor>, norms: number): BatchStatistics[] =>
  Array.from({ length: norms }, (_, i) => {
    const [pictures, , places] = tensors[Statistic.extent(i)].data;
    return {
      mean: tensors[Statistic.mean(i)].data as Float32Array,
      variance: tensors[Statistic.variance(i)].data as Float32Array,
      count: Number(pictures) * Number(places),
    };
  });

/** One graph a number of pictures; the sizes that a network runs on are found out by running it. */
class Networks {
  private readonly load: (batch: number, multiple: number) => Promise<Session>;
  private readonly sessions = new Map<string, Promise<Session>>();
  private multiple: number | null = null;

  constructor(load: Networks['load']) {
    this.load = load;
  }

  async run(pictures: readonly Tensor[], declared: number): Promise<Record<string, Tensor>> {
    const feeds = Object.fromEntries(pictures.map((picture, i) => [Statistic.picture(i), picture]));
    const multiple = this.multiple ?? declared;
    try {
      const made = await (await this.at(pictures.length, multiple)).run(feeds);
      this.multiple = multiple;
      return made;
    } catch (error) {
      if (this.multiple !== null || multiple >= USUAL_MULTIPLE) throw error;
      const made = await (await this.at(pictures.length, USUAL_MULTIPLE)).run(feeds);
      this.multiple = USUAL_MULTIPLE;
      return made;
    }
  }

  async release(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).release();
  }

  private at(batch: number, multiple: number): Promise<Session> {
    const key = `${batch} ${multiple}`;
    const session = this.sessions.get(key) ?? this.load(batch, multiple);
    this.sessions.set(key, session);
    return session;
  }
}
