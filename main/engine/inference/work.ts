import { labelTable } from '../dataset/labels.ts';
import { messageOf } from '../errors.ts';
import { examine } from './examine.ts';
import { toLine } from './line.ts';
import { giveBack } from './memory.ts';
import { packPlanes, planesFile, writePlanes } from './planes.ts';
import type { FromWorker, Plan, Provider, Task } from './protocol.ts';
import { chooseProvider } from './provider.ts';
import { MemberError, Sessions, type Load } from './sessions.ts';
import { decodeSource, readSource, type Pixels, type Source } from './source.ts';

/** What an inference process does: pictures one after the other, the next ones being decoded meanwhile. */
export interface Work {
  add(task: Task): void;
}

/** A picture on its way: decoding starts when the task comes in, not when it is its turn. */
interface Prepared {
  source: Source;
  /** null: the bytes are those already scanned */
  pixels: Pixels | null;
}

export function startWork(plan: Plan, load: Load, tell: (message: FromWorker) => void): Work {
  const classes = plan.classMap.classes.length;
  const table = labelTable(plan.classMap);
  const waiting: { task: Task; prepared: Promise<Prepared> }[] = [];
  let sessions: Sessions | null = null;
  let busy = true;

  const open = (provider: Provider) =>
    new Sessions(plan, provider, load, (finding) => tell({ type: 'finding', finding }));

  async function prepare(task: Task): Promise<Prepared> {
    const source = await readSource(plan.folder, task.sample);
    return { source, pixels: source.hash === task.known ? null : await decodeSource(source, table) };
  }

  async function start(): Promise<void> {
    const { check } = plan;
    const labels = async (provider: Provider) => {
      const pixels = check && (await prepare({ ...check, known: null }).catch(() => null))?.pixels;
      if (!pixels) return null;
      const trial = open(provider);
      const planes = await trial.run(check, pixels);
      await trial.release();
      return planes.subarray(0, planes.length / 4);
    };
    try {
      const trying = (provider: Provider) => tell({ type: 'trying', provider });
      const { provider, findings } = await chooseProvider(plan.providers, load, labels, trying);
      sessions = open(provider);
      tell({ type: 'ready', provider, findings });
    } catch (error) {
      tell({ type: 'unusable', problem: messageOf(error) });
    }
  }

  async function handle(task: Task, prepared: Promise<Prepared>): Promise<void> {
    const [began, { source, pixels }] = [performance.now(), await prepared];
    if (!pixels) return tell({ type: 'same', id: task.id, stat: source.stat });
    if (!sessions) return;
    const decoded = performance.now();
    const planes = await sessions.run(task, pixels);
    const ran = performance.now();
    const { result, cases, confidence } = examine(task, pixels, planes, classes);
    const examined = performance.now();
    const { width, height } = pixels;
    const packed = packPlanes(planes, { sample: task.sample.name, width, height, cases });
    for (const bytes of [planes, pixels.rgb, pixels.given]) if (bytes) giveBack(bytes);
    const line = toLine(result, { stat: source.stat, hash: source.hash, ...(confidence && { confidence }) });
    const seconds = [began, decoded, ran, examined, performance.now()].map((at) => at / 1000);
    const [decode, model, search, encode] = seconds.slice(1).map((at, i) => at - seconds[i]);
    const stages = { decode, model, cases: search, encode };
    // Not waited for: the next picture runs while this one is written. Told only afterwards, so that a line never
    // speaks of planes that are not there.
    writePlanes(planesFile(plan, plan.scan, task.sample.name), packed).then(
      () => tell({ type: 'done', id: task.id, line, stages, bytes: process.resourceUsage().maxRSS * 1024 }),
      (error: unknown) => tell({ type: 'bad', id: task.id, problem: messageOf(error) }),
    );
  }

  async function drain(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { task, prepared } = next;
      try {
        await handle(task, prepared);
      } catch (error) {
        const problem = messageOf(error);
        if (error instanceof MemberError) tell({ type: 'member', id: task.id, member: error.member, problem });
        else tell({ type: 'bad', id: task.id, problem });
      }
    }
    busy = false;
  }

  void start().then(drain);
  return {
    add(task) {
      const prepared = prepare(task);
      // Whoever takes its turn hears of a failure; until then nobody listens.
      prepared.catch(() => undefined);
      waiting.push({ task, prepared });
      if (busy) return;
      busy = true;
      void drain();
    },
  };
}
