import { NO_TTA } from '../../../common/ensemble.ts';
import { labelTable } from '../dataset/labels.ts';
import { messageOf } from '../errors.ts';
import { agreementOf } from './agreement.ts';
import { Ahead, type Prepared } from './ahead.ts';
import { checkPicture } from './device/check.ts';
import { Device, Refusal } from './device/device.ts';
import { Disk } from './disk.ts';
import { examine } from './examine.ts';
import { toLine } from './results/line.ts';
import { failureOf } from './device/failure.ts';
import { giveBackAll, Held, type Answer } from './held.ts';
import { giveBack } from './memory.ts';
import { saidBy } from '../onnx/compile/chain.ts';
import { placesIn } from './places.ts';
import { packPlanes, planesFile, writePlanes, writePlanesNow } from './results/planes.ts';
import { packSampled, probabilitiesFile } from './results/probabilities.ts';
import { profilePicture, Profiler, type LoadProfiled } from './device/profile.ts';
import type { FromWorker, Plan, Task } from './protocol.ts';
import { tryProvider } from './device/provider.ts';
import type { Pixels } from './source.ts';
import { MemberError } from './members.ts';
import { expectNumbers } from './numbers.ts';
import type { Load } from './sessions.ts';

/** What an inference process does: pictures one after the other, the next ones being read and decoded meanwhile. */
export interface Work {
  add(task: Task): void;
  /** Runs a picture for its labels only; asked for before any task is added. */
  check(task: Task): void;
}

/** `plan.providers` holds one. `loadProfiled`: absent where nothing shall be profiled. */
export function startWork(
  plan: Plan,
  load: Load,
  tell: (message: FromWorker) => void,
  loadProfiled?: LoadProfiled,
): Work {
  const classes = plan.classMap.classes.length;
  const table = labelTable(plan.classMap);
  const ahead = new Ahead(plan.folder, table);
  const [provider] = plan.providers;
  const device = new Device(plan, provider, load, (finding) => tell({ type: 'finding', finding }));
  // Sessions of its own: in those above they would be taken turns in, and loaded anew for every picture.
  const again = new Device({ ...plan, tta: NO_TTA }, provider, load, (finding) => tell({ type: 'finding', finding }));
  const profiler =
    loadProfiled && provider === 'cpu' && plan.profile
      ? new Profiler(plan.profile, (task, pixels) => profilePicture(plan, loadProfiled, task, pixels))
      : null;
  const disk = new Disk();
  const held = new Held();
  let busy = true;

  async function handle(task: Task, prepared: Promise<Prepared>): Promise<void> {
    const [began, { source, pixels }] = [performance.now(), await prepared];
    if (!pixels) return tell({ type: 'same', id: task.id, stat: source.stat });
    const decoded = performance.now();
    const said = held.take(task, source.hash);
    const { planes, votes, kept } = said ? { ...said, kept: null } : await runOn(task, pixels);
    const inFold = await secondLook(task, pixels);
    const ran = performance.now();
    const split = said ? null : await profiler?.after(task, pixels, (ran - decoded) / 1000);
    if (split) tell({ type: 'split', split });
    const profiled = performance.now();
    const { name } = task.sample;
    if (task.measure) {
      if (kept) await write(probabilitiesFile(plan, plan.scan, name), kept);
      held.keep(task, source.hash, { planes, votes });
      for (const bytes of [pixels.given, pixels.rgb]) if (bytes) giveBack(bytes);
      const [decode, model] = [decoded - began, ran - decoded].map((ms) => ms / 1000);
      return tell({ type: 'measured', id: task.id, stages: { decode, model, cases: 0, encode: 0 } });
    }
    const { result, cases, confidence } = examine(task, pixels, planes, classes, votes, inFold?.planes);
    if (inFold) giveBackAll(inFold);
    const agreement = pixels.given && agreementOf(planes, pixels.given);
    const examined = performance.now();
    const { width, height } = pixels;
    const packed = packPlanes(planes, { sample: name, width, height, cases });
    giveBackAll({ planes, votes });
    for (const bytes of [pixels.given, pixels.rgb]) if (bytes) giveBack(bytes);
    const line = toLine(result, { stat: source.stat, hash: source.hash, ...(confidence && { confidence }) });
    const spans = [decoded - began, ran - decoded, examined - profiled, performance.now() - examined];
    const [decode, model, search, encode] = spans.map((ms) => ms / 1000);
    const stages = { decode, model, cases: search, encode };
    // Not waited for: on a slow disk the next picture runs while this one is written. Told only afterwards, so that a line never
    // speaks of planes that are not there.
    const files = [write(planesFile(plan, plan.scan, name), packed)];
    if (kept) files.push(write(probabilitiesFile(plan, plan.scan, name), kept));
    Promise.all(files).then(
      () => tell({ type: 'done', id: task.id, line, agreement, stages, bytes: process.resourceUsage().maxRSS * 1024 }),
      (error: unknown) => tell({ type: 'bad', id: task.id, problem: messageOf(error) }),
    );
  }

  async function runOn(task: Task, pixels: Pixels) {
    const places = task.sampled && pixels.given ? placesIn(pixels, classes) : undefined;
    const { planes, sample, votes } = await device.run(task, pixels, places);
    expectNumbers(planes, pixels, membersOf(task));
    return { planes, votes, kept: places && sample ? packSampled(places, sample, pixels, saidIn(task)) : null };
  }

  /**
   * What members that trained on the picture make of it as it stands, which tells as much as with TTA; null: none are asked,
   * or they gave no numbers, which costs the picture that look and no more.
   */
  async function secondLook(task: Task, pixels: Pixels): Promise<Answer | null> {
    const { inFold: members = [] } = task;
    if (!members.length || !pixels.given) return null;
    const { planes, votes } = await again.run({ ...task, members }, pixels);
    try {
      expectNumbers(planes, pixels, membersOf({ members }));
    } catch (error) {
      const problem = `${messageOf(error)} There was no second look at its cases.`;
      tell({ type: 'finding', finding: { file: task.sample.image, problem } });
      giveBackAll({ planes, votes });
      return null;
    }
    return { planes, votes };
  }

  const write = (file: string, bytes: Uint8Array) =>
    disk.turn(
      () => writePlanesNow(file, bytes),
      () => writePlanes(file, bytes),
    );

  const membersOf = ({ members }: Pick<Task, 'members'>) => members.map((member) => plan.members[member]);
  const saidIn = (task: Task) => saidBy(membersOf(task), classes);

  async function drain(): Promise<void> {
    for (let next = ahead.take(); next; next = ahead.take()) {
      const { task, prepared } = next;
      try {
        await handle(task, prepared);
      } catch (error) {
        const problem = messageOf(error);
        if (error instanceof Refusal) tell({ type: 'refused', id: task.id, problem });
        else if (error instanceof MemberError) tell({ type: 'member', id: task.id, member: error.member, problem });
        else tell({ type: 'bad', id: task.id, problem });
      }
    }
    busy = false;
  }

  /** Says what came of it, or that the provider is of no use. */
  async function report(work: Promise<FromWorker>): Promise<void> {
    tell(await work.catch((error: unknown): FromWorker => ({ type: 'unusable', problem: failureOf(error) })));
  }

  void report(tryProvider(provider, load).then(() => ({ type: 'ready' }))).then(drain);
  return {
    add(task) {
      ahead.add(task);
      if (busy) return;
      busy = true;
      void drain();
    },
    check: (task) =>
      void report(checkPicture(task, device, plan, table).then((outcome) => ({ type: 'checked', outcome }))),
  };
}
