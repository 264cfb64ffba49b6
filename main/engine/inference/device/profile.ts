import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from '../../onnx/compile/compile.ts';
import { decodeModel } from '../../onnx/proto.ts';
import type { Plan, Provider, Split, Task } from '../protocol.ts';
import { Sessions, type Load, type Session } from '../sessions.ts';
import type { Pixels } from '../source.ts';

/** Loads a graph so that the runtime writes down how long each operator takes, to a file whose name starts with `prefix`. */
export type LoadProfiled = (
  graph: Uint8Array,
  provider: Provider,
  prefix: string,
) => Promise<Session & { finish(): void }>;

/** The picture after which is decided: by then it is known what a picture takes. */
const WHEN = 5;
/** Runs of which the first is not counted. */
const RUNS = 2;
/** Of the time of the whole scan, at most. */
const SHARE = 0.01;

/**
 * Finds out once how the time of the graphs divides into preparing, networks and making planes. All three are in one
 * graph, so nothing outside can time them: one picture is run in sessions that profile their operators. Done only where
 * that costs less than a hundredth of the scan.
 */
export class Profiler {
  private readonly pictures: number;
  private readonly measure: (task: Task, pixels: Pixels) => Promise<Split>;
  private readonly seconds: number[] = [];

  /** `pictures`: of the whole scan; `measure`: see profilePicture. */
  constructor(pictures: number, measure: Profiler['measure']) {
    this.pictures = pictures;
    this.measure = measure;
  }

  /** `seconds`: what the picture just took. Null in nearly all cases: it is not the time, or not worth it. */
  async after(task: Task, pixels: Pixels, seconds: number): Promise<Split | null> {
    if (this.seconds.push(seconds) !== WHEN) return null;
    // The first picture loaded the sessions as well.
    const [loading, ...others] = this.seconds;
    const each = others.reduce((a, b) => a + b, 0) / others.length;
    if (loading + RUNS * each > SHARE * each * this.pictures) return null;
    return this.measure(task, pixels).catch(() => null);
  }
}

/** Runs a picture in sessions of its own, on the CPU, and adds up what their operators took. */
export async function profilePicture(
  plan: Plan,
  loadProfiled: LoadProfiled,
  task: Task,
  pixels: Pixels,
): Promise<Split> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-profile-'));
  const graphs: Uint8Array[] = [];
  const load: Load = async (graph, provider) => {
    const session = await loadProfiled(graph, provider, join(folder, `${graphs.length}.`));
    graphs.push(graph);
    const release = () => {
      session.finish();
      return session.release();
    };
    return { ...session, release };
  };
  try {
    const sessions = new Sessions(plan, 'cpu', load, () => undefined);
    for (let i = 0; i < RUNS; i++) await sessions.run(task, pixels);
    await sessions.release();
    const split = { pre: 0, model: 0, post: 0 };
    for (const name of await readdir(folder)) {
      const events = JSON.parse(await readFile(join(folder, name), 'utf8')) as ProfileEvent[];
      addTo(split, events, stagesOf(graphs[parseInt(name)]));
    }
    return shares(split);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One entry of what the runtime writes down; times in microseconds. */
export interface ProfileEvent {
  cat: string;
  name: string;
  ts: number;
  dur: number;
}

/** Adds the operators' microseconds, those of the first run left out. */
export function addTo(split: Split, events: readonly ProfileEvent[], stageOf: (node: string) => keyof Split): void {
  const runs = events.filter(({ name }) => name === 'model_run').map(({ ts }) => ts);
  const from = runs.sort((a, b) => a - b)[Math.min(1, runs.length - 1)] ?? 0;
  const suffix = '_kernel_time';
  for (const { cat, name, ts, dur } of events)
    if (cat === 'Node' && name.endsWith(suffix) && ts >= from) split[stageOf(name.slice(0, -suffix.length))] += dur;
}

/**
 * Which operators of a compiled graph prepare the picture, which are the network's, and which come after it: ours carry
 * our name, and those of ours that nothing of the network or of the members before leads to are there before it. What the
 * runtime puts in by itself belongs to the network.
 */
export function stagesOf(graph: Uint8Array): (node: string) => keyof Split {
  const { graph: whole } = decodeModel(graph);
  const after = new Set(whole?.input.map(({ name }) => name).filter((name) => name !== Value.pixels));
  const before = new Set<string>();
  for (const node of whole?.node ?? []) {
    const late = !ours(node.name) || node.input.some((name) => after.has(name));
    if (!late) before.add(node.name);
    for (const name of late ? node.output : []) after.add(name);
  }
  return (node) => (!ours(node) ? 'model' : before.has(node) ? 'pre' : 'post');
}

const ours = (node: string) => node.startsWith('winnow.');

function shares({ pre, model, post }: Split): Split {
  const all = pre + model + post || 1;
  return { pre: pre / all, model: model / all, post: post / all };
}
