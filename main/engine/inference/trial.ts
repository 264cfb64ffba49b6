import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Finding, SampleRow } from '../../../common/dataset.ts';
import { NO_TTA } from '../../../common/ensemble.ts';
import type { ScanSettings } from '../../../common/scan.ts';
import type { Trial } from '../../../common/trial.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors.ts';
import { throwIfCancelled } from '../long.ts';
import { makeProject, type Project } from '../project.ts';
import { membersFor, openEnsemble, type Ensemble } from './ensemble.ts';
import { inFoldFor } from './in-fold.ts';
import { passesFor } from './passes-for.ts';
import { passesOf } from './plan.ts';
import { runPool, type TaskMessage } from './pool.ts';
import type { Provider, Task } from './protocol.ts';
import { providersFor } from './device/provider.ts';

/** The folder of the cache that holds the planes of the last trial. */
export const TRIALS = 'trials';

/** What a part of a trial is called among planes. */
export const triedAs = (sample: string, part: string): string => `${sample} ${part}`;

/** The first run of a session also loads it; the second is what a scan goes on at. */
const RUNS = 2;

interface Part {
  member: string | null;
  scan: string;
  members: number[];
  seconds: number;
}

/**
 * Runs one picture with the members that would score it, all together and one by one, in one inference process, and
 * reckons what a scan would take. Throws InputError where no model can be used or nothing could be run.
 */
export async function tryEnsemble(
  dataset: Dataset,
  project: Project,
  settings: ScanSettings,
  name: string,
  { workerFile, signal }: { workerFile: string; signal?: AbortSignal },
): Promise<Trial> {
  const sample = dataset.byName.get(name);
  if (!sample) throw new InputError(`Expected a picture of ${dataset.name}, found none by the name ${name}.`);
  const ensemble = await openEnsemble(dataset, settings);
  await makeProject(project);
  await rm(join(project.cache, TRIALS), { recursive: true, force: true });
  const { members } = membersFor(ensemble, sample, () => true);
  const parts = partsOf(ensemble, sample, members);
  const run = await runParts(dataset, project, settings, ensemble, sample, parts, { workerFile, signal });
  throwIfCancelled(signal);
  const [whole, ...single] = parts;
  if (!whole.seconds)
    throw new InputError(run.findings.map(({ file, problem }) => `${file}: ${problem}`).join(' ') || 'Nothing ran.');
  const processes = settings.processes ?? (run.provider === 'cpu' ? availableParallelism() : 2);
  const perPixel = new Map(
    (single.length ? single : [whole]).map((part) => [part.members[0], part.seconds / (sample.width * sample.height)]),
  );
  const passes = passesOf(dataset, ensemble, settings);
  return {
    sample: name,
    ...{ width: sample.width, height: sample.height },
    passes: passesFor(ensemble, settings, sample, members),
    ...{ passesLabelled: passes.labelled, passesUnlabelled: passes.unlabelled },
    seconds: whole.seconds,
    secondsInAll: secondsInAll(dataset, ensemble, settings, perPixel) / processes,
    ...{ bytes: run.bytes, processes, provider: run.provider },
    findings: [...ensemble.findings, ...run.findings],
    parts: parts.map(({ member, scan, seconds }) => ({ member, scan, seconds })),
  };
}

/** All together first; members one by one only where there are several, in the order of their names. */
function partsOf(ensemble: Ensemble, sample: SampleRow, members: number[]): Part[] {
  const key = createHash('sha256').update(`${ensemble.record.key} ${sample.name}`).digest('hex').slice(0, 16);
  const byName = [...members].sort((a, b) => NATURAL.compare(nameOf(ensemble, a), nameOf(ensemble, b)));
  const single =
    byName.length > 1 ? byName.map((member): [string, number[]] => [nameOf(ensemble, member), [member]]) : [];
  const all: [string | null, number[]][] = [[null, members], ...single];
  return all.map(([member, who], i) => ({ member, members: who, scan: `${key}-${i}`, seconds: 0 }));
}

const NATURAL = new Intl.Collator('en', { numeric: true });

const nameOf = ({ members }: Ensemble, member: number) => members[member].name;

async function runParts(
  dataset: Dataset,
  project: Project,
  settings: ScanSettings,
  ensemble: Ensemble,
  sample: SampleRow,
  parts: Part[],
  { workerFile, signal }: { workerFile: string; signal?: AbortSignal },
): Promise<{ provider: Provider; bytes: number; findings: Finding[] }> {
  const waiting = parts.flatMap((part, i) =>
    Array.from({ length: RUNS }, (_, n): Task => {
      const named = { ...sample, name: triedAs(sample.name, part.scan) };
      const size = { width: sample.width, height: sample.height };
      return { id: i * RUNS + n, sample: named, members: part.members, heldOut: true, size, known: null };
    }),
  );
  const check = waiting[0];
  const found = { provider: 'cpu' as Provider, bytes: 0, findings: [] as Finding[] };
  const finish = (task: Task, message: TaskMessage) => {
    if (message.type === 'done') {
      const { decode, model, cases, encode } = message.stages;
      parts[Math.floor(task.id / RUNS)].seconds = decode + model + cases + encode;
      found.bytes = Math.max(found.bytes, message.bytes);
    } else if (message.type === 'member' || message.type === 'bad') {
      const file = message.type === 'member' ? ensemble.members[message.member].file : sample.image;
      if (!found.findings.some((one) => one.file === file && one.problem === message.problem))
        found.findings.push({ file, problem: message.problem });
    }
  };
  await runPool(
    {
      take: () => waiting.shift() ?? null,
      left: () => waiting.length,
      finish,
      setAside: (task, problem) => void found.findings.push({ file: task.sample.image, problem }),
      note: (finding) => found.findings.push(finding),
      ready: (provider) => (found.provider = provider),
    },
    {
      workerFile,
      plan: {
        ...{ folder: dataset.folder, cache: project.cache, scan: TRIALS, classMap: dataset.classMap },
        ...{ members: ensemble.members, tta: settings.tta, merge: settings.merge, window: settings.window },
        temperature: settings.temperature,
        ...{ providers: providersFor(settings.device, process.platform), check },
      },
      processes: () => 1,
      signal,
    },
  );
  return found;
}

/** Of one process: each picture takes its members' time, by its pixels. A member that was not tried takes as long as the others. */
function secondsInAll(
  { samples }: Dataset,
  ensemble: Ensemble,
  settings: ScanSettings,
  perPixel: Map<number, number>,
): number {
  /** of a member's passes, those that a second look takes */
  const plainShare = (member: number, sample: SampleRow) =>
    passesFor(ensemble, { ...settings, tta: NO_TTA }, sample, [member]) /
    passesFor(ensemble, settings, sample, [member]);
  const usual = [...perPixel.values()].reduce((a, b) => a + b, 0) / perPixel.size;
  return samples.reduce((sum, sample) => {
    const { members } = membersFor(ensemble, sample, () => true);
    const inFold = inFoldFor(ensemble, sample, () => true);
    const of = (member: number) => perPixel.get(member) ?? usual;
    const first = members.reduce((all, member) => all + of(member), 0);
    const again = inFold.reduce((all, member) => all + of(member) * plainShare(member, sample), 0);
    return sum + (first + again) * sample.width * sample.height;
  }, 0);
}
