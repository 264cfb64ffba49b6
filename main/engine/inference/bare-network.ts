import type { Preprocessing } from '../../../common/ensemble.ts';
import type { Device, ModelInfo } from '../../../common/scan.ts';
import { Cancelled, messageOf } from '../errors.ts';
import { Bare, bareNetwork, toFacts, type BareFacts } from '../onnx/bare.ts';
import { readModel } from '../onnx/read.ts';
import type { Provider } from './protocol.ts';
import { doubt, providersFor, tryProvider } from './provider.ts';
import { startRuntime, type Runtime } from './runtime.ts';
import type { Session, Tensor } from './sessions.ts';
import type { Pixels } from './source.ts';

export interface BareOptions {
  workerFile: string;
  device: Device;
  signal?: AbortSignal;
}

type Picture = Pick<Pixels, 'rgb' | 'width' | 'height'>;

/** One network by itself, loaded in a process of its own. */
export interface BareNetwork {
  provider: Provider;
  /** `labels`: width × height of the model's classes, to be given back. Rejects where the network does not take the picture. */
  run(picture: Picture, reading: Preprocessing): Promise<{ labels: Float32Array; facts: BareFacts }>;
  close(): Promise<void>;
}

/** Networks that halve the picture several times often run on multiples of this only. */
const USUAL_MULTIPLE = 32;

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
  const others = providersFor(device, process.platform).filter((provider) => provider !== 'cpu');
  const open = (provider: Provider, until?: AbortSignal) => openOn(provider, graph, info, workerFile, until);
  const cpu = await open('cpu', signal);
  if (device === 'cpu') return cpu;
  const problems: string[] = [];
  let best: { network: BareNetwork; seconds: number } | null = null;
  try {
    const reference = await timed(cpu, check, info);
    if (device === 'auto') best = { network: cpu, seconds: reference.seconds };
    for (const provider of others) {
      const { limit, lift } = limited(signal, device === 'auto' ? PATIENCE : null);
      let network: BareNetwork | null = null;
      try {
        network = await open(provider, limit);
        const { labels, seconds } = await timed(network, check, info);
        const wrong = doubt(labels, reference.labels);
        if (wrong !== null) throw new Error(wrong);
        lift();
        if (best && best.seconds <= seconds) throw new Error('slower');
        if (best && best.network !== cpu) await best.network.close();
        best = { network, seconds };
      } catch (error) {
        lift();
        await network?.close();
        if (signal?.aborted) throw error;
        problems.push(`${provider}: ${messageOf(error).split('\n')[0].trim()}`);
      }
    }
  } catch (error) {
    if (best && best.network !== cpu) await best.network.close();
    await cpu.close();
    throw error;
  }
  if (best?.network !== cpu) await cpu.close();
  if (best) return best.network;
  throw new Error(`Expected a device that runs ${info.name}, found none. ${problems.join(' ')}`);
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

function networkIn(runtime: Runtime, session: Session, provider: Provider, info: ModelInfo): BareNetwork {
  let { multiple } = info;
  let proven = false;
  const attempt = ({ rgb, width, height }: Picture, reading: Preprocessing) => {
    const { channels, scale, mean, std } = reading;
    const up = (size: number) => Math.ceil(size / multiple) * multiple;
    const size = info.size ?? info.resize ?? { width: up(width), height: up(height) };
    return session.run({
      [Bare.pixels]: { type: 'uint8', data: channels === 'rgb' ? rgb : backwards(rgb), dims: [1, height, width, 3] },
      [Bare.size]: { type: 'int64', data: BigInt64Array.of(BigInt(size.height), BigInt(size.width)), dims: [2] },
      [Bare.factor]: perChannel(std.map((deviation) => scale / deviation)),
      [Bare.offset]: perChannel(mean.map((value, i) => -value / std[i])),
    });
  };
  return {
    provider,
    async run(pixels, reading) {
      const made = await attempt(pixels, reading).catch((error: unknown) => {
        // A first run that failed may have failed for the picture's size.
        if (proven || info.size || error instanceof Cancelled || multiple % USUAL_MULTIPLE === 0) throw error;
        multiple *= USUAL_MULTIPLE;
        return attempt(pixels, reading);
      });
      proven = true;
      const facts = toFacts(made[Bare.facts].data as Float32Array);
      return { labels: made[Bare.labels].data as Float32Array, facts };
    },
    close: () => runtime.close(),
  };
}

const perChannel = (values: readonly number[]): Tensor => ({
  type: 'float32',
  data: Float32Array.from(values),
  dims: [1, 3, 1, 1],
});

/** The channels of every pixel in the other order. */
function backwards(rgb: Uint8Array): Uint8Array {
  const bgr = new Uint8Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    bgr[i] = rgb[i + 2];
    bgr[i + 1] = rgb[i + 1];
    bgr[i + 2] = rgb[i];
  }
  return bgr;
}
