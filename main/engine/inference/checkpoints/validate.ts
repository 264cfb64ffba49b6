import type { Finding, SampleRow } from '../../../../common/dataset.ts';
import { labelTable } from '../../dataset/labels.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { InputError, messageOf } from '../../errors.ts';
import { inParallel, throwIfCancelled, type Count, type Long } from '../../long.ts';
import { Confusion } from '../../measures/confusion.ts';
import type { Plan } from '../protocol.ts';
import type { Runtime } from '../runtime.ts';
import { MemberError } from '../members.ts';
import { Sessions } from '../sessions.ts';
import { decodeSource, readSource, type Pixels } from '../source.ts';

/** Members and how they are put together: all that decides what a picture is labelled as. */
export type Composed = Pick<Plan, 'members' | 'tta' | 'merge' | 'window'>;

export interface Validation {
  /** mean over the classes present, 0..1; null: no labelled pixel */
  miou: number | null;
  /** TP / (TP + FP + FN) by class index; null: neither given nor predicted */
  iou: (number | null)[];
  /** pictures that counted */
  samples: number;
  /** pictures that could not be used */
  findings: Finding[];
}

export interface Place extends Long<Count> {
  /** each works on a picture of its own */
  runtimes: readonly Runtime[];
}

/**
 * Agreement of a composition with given masks: one confusion matrix over `samples`, of which those without a mask do not
 * count, nor do pixels without a label. Every member runs on every picture: whoever wants the out-of-fold rule chooses
 * `samples` by it. Throws InputError where a member cannot be run at all.
 */
export async function validate(
  composed: Composed,
  dataset: Pick<Dataset, 'folder' | 'classMap'>,
  samples: readonly SampleRow[],
  place: Place,
): Promise<Validation> {
  const confusion = new Confusion(dataset.classMap.classes.length);
  const labelled = samples.filter(({ mask }) => mask !== null);
  let counted = 0;
  const findings = await predict([composed], dataset, labelled, place, ([labels], { given }) => {
    if (!given) return;
    confusion.add(given, labels);
    counted++;
  });
  return { miou: confusion.miou(), iou: confusion.iou(), samples: counted, findings };
}

/** Share of pixels, 0..1, that two compositions give the same label. */
export async function agreement(
  pair: readonly [Composed, Composed],
  dataset: Pick<Dataset, 'folder' | 'classMap'>,
  samples: readonly SampleRow[],
  place: Place,
): Promise<{ share: number; samples: number; findings: Finding[] }> {
  let [same, all, counted] = [0, 0, 0];
  const findings = await predict(pair, dataset, samples, place, ([a, b]) => {
    for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
    all += a.length;
    counted++;
  });
  return { share: all ? same / all : 0, samples: counted, findings };
}

/**
 * Runs pictures through each composition and hands over what each labels them as (class indexes, row by row), in the
 * order the pictures come back. Returns the pictures that could not be used.
 */
export async function predict(
  compositions: readonly Composed[],
  { folder, classMap }: Pick<Dataset, 'folder' | 'classMap'>,
  samples: readonly SampleRow[],
  { runtimes, signal, onProgress }: Place,
  each: (labels: Uint8Array[], pixels: Pixels, sample: SampleRow) => void,
): Promise<Finding[]> {
  const table = labelTable(classMap);
  const usual = usualSize(samples);
  const findings: Finding[] = [];
  const note = (finding: Finding) => findings.push(finding);
  const waiting = [...samples];
  let done = 0;

  const one = async (sample: SampleRow, sessions: readonly Sessions[]) => {
    const pixels = await decodeSource(await readSource(folder, sample), table);
    const labels: Uint8Array[] = [];
    for (const [i, session] of sessions.entries()) {
      const members = compositions[i].members.map((_, member) => member);
      const size = sample.width === usual?.width && sample.height === usual.height ? usual : null;
      // The labels are all that is asked for: what the given ones look like to the members is left out.
      const { planes } = await session.run({ members, size }, { ...pixels, given: null });
      labels.push(planes.subarray(0, planes.length / 4));
    }
    each(labels, pixels, sample);
  };

  const lane = async ({ load }: Runtime) => {
    const sessions = compositions.map((composed) => new Sessions({ ...composed, classMap }, 'cpu', load, note));
    for (let sample = waiting.shift(); sample; sample = waiting.shift()) {
      const { image } = sample;
      await one(sample, sessions).catch((error: unknown) => {
        throwIfCancelled(signal);
        if (error instanceof MemberError) throw new InputError(error.message);
        note({ file: image, problem: messageOf(error) });
      });
      onProgress?.({ done: ++done, total: samples.length });
    }
    await Promise.all(sessions.map((session) => session.release()));
  };
  await inParallel(runtimes, runtimes.length, lane, signal);
  return findings;
}

/** The size most pictures have: sessions are made for it. */
function usualSize(samples: readonly SampleRow[]): { width: number; height: number } | null {
  const counts = new Map<string, number>();
  for (const { width, height } of samples) {
    const key = `${width}×${height}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  const one = samples.find(({ width, height }) => counts.get(`${width}×${height}`) === most);
  return one ? { width: one.width, height: one.height } : null;
}
