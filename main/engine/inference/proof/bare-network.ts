import type { Device, ModelInfo } from '../../../../common/scan.ts';
import { Cancelled, firstLineOf } from '../../errors.ts';
import { bareNetwork } from '../../onnx/compile/bare.ts';
import { readModel } from '../../onnx/read.ts';
import { networkIn, type BareNetwork, type Picture } from './bare-session.ts';
import type { Provider } from '../protocol.ts';
import { doubt, providersFor, tryProvider } from '../device/provider.ts';
import { startRuntime } from '../runtime.ts';

export interface BareOptions {
  workerFile: string;
  device: Device;
  signal?: AbortSignal;
}

/** Milliseconds a device may take to load its driver and the network and to run one picture, where others could do it. */
const PATIENCE = 30_000;

/**
 * Loads a network on the fastest provider that runs `check` and gives the labels of the CPU, or on the one asked for if it
 * does. Rejects with one sentence where none does, and with Cancelled once the signal fires, which ends the process.
 */
export async function openBareNetwork(
  info: ModelInfo,
  { workerFile, device, signal }: BareOptions,
  check: Picture = waves(),
): Promise<BareNetwork> {
  const graph = bareNetwork(await readModel(info.file), info);
  const open = (provider: Provider, until?: AbortSignal) => openOn(provider, graph, info, workerFile, until);
  const cpu = await open('cpu', signal).catch((error: unknown) => asSentence('a network that loads', error));
  if (device === 'cpu') return cpu;
  let best = { network: cpu, seconds: Infinity };
  const problems: string[] = [];
  try {
    const reference = await timed(cpu, check, info);
    if (device === 'auto') best.seconds = reference.seconds;
    for (const provider of providersFor(device, process.platform).filter((one) => one !== 'cpu')) {
      const { limit, lift } = limited(signal, device === 'auto' ? PATIENCE : null);
      const found = await compare(() => open(provider, limit), check, info, reference.labels).finally(lift);
      if (signal?.aborted) throw new Cancelled();
      const isBetter = 'seconds' in found && found.seconds < best.seconds;
      if ('problem' in found) problems.push(`${provider}: ${found.problem}`);
      const given = isBetter ? best.network : found.network;
      if (isBetter) best = found;
      if (given !== cpu) await given?.close();
    }
  } catch (error) {
    await Promise.all([best.network.close(), cpu.close()]);
    return asSentence('a network that runs', error);
  }
  if (best.network === cpu && device === 'auto') return cpu;
  await cpu.close();
  if (best.network !== cpu) return best.network;
  throw new Error(`Expected a device that runs ${info.name}, found none. ${problems.join(' ')}`);
}

interface Candidate {
  network: BareNetwork;
  /** of one run */
  seconds: number;
}

/** A network on another device, if that gives the labels of the CPU. */
async function compare(
  open: () => Promise<BareNetwork>,
  check: Picture,
  info: ModelInfo,
  reference: Uint8Array,
): Promise<Candidate | { network: BareNetwork | null; problem: string }> {
  let network: BareNetwork | null = null;
  try {
    network = await open();
    const { labels, seconds } = await timed(network, check, info);
    const problem = doubt(labels, reference);
    return problem === null ? { network, seconds } : { network, problem };
  } catch (error) {
    return { network, problem: `${firstLineOf(error)}.` };
  }
}

function asSentence(expected: string, error: unknown): never {
  if (error instanceof Cancelled) throw error;
  throw new Error(`Expected ${expected}, found ${firstLineOf(error)}.`, { cause: error });
}

async function openOn(
  provider: Provider,
  graph: Uint8Array,
  info: ModelInfo,
  workerFile: string,
  signal?: AbortSignal,
): Promise<BareNetwork> {
  const runtime = startRuntime(workerFile, signal);
  try {
    if (provider !== 'cpu') await tryProvider(provider, runtime.load);
    return networkIn(runtime, await runtime.load(graph, provider), provider, info);
  } catch (error) {
    await runtime.close();
    throw error;
  }
}

/** The second run is timed: the first also works things out. */
async function timed(network: BareNetwork, check: Picture, { preprocessing }: ModelInfo) {
  await network.run(check, preprocessing);
  const began = performance.now();
  const { labels } = await network.run(check, preprocessing);
  return { labels: Uint8Array.from(labels), seconds: (performance.now() - began) / 1000 };
}

/** A signal that also fires after `milliseconds`, until that is lifted. */
function limited(signal: AbortSignal | undefined, milliseconds: number | null) {
  const late = new AbortController();
  const timer = milliseconds === null ? undefined : setTimeout(() => late.abort(), milliseconds);
  return { limit: AbortSignal.any([late.signal, ...(signal ? [signal] : [])]), lift: () => clearTimeout(timer) };
}

/** A picture that every network takes: waves of colour. */
function waves(side = 256): Picture {
  const wave = (i: number) => 127 + 127 * Math.sin((i % side) / 17 + (i % 3)) * Math.cos(i / side / 23);
  return { width: side, height: side, rgb: Uint8Array.from({ length: side * side * 3 }, (_, i) => wave(i)) };
}
