import type { Finding } from '../../../common/dataset.ts';
import type { Device } from '../../../common/scan.ts';
import { messageOf } from '../errors.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { ElementType } from '../onnx/model.ts';
import { encodeModel, makeModel, makeValueInfo } from '../onnx/proto.ts';
import type { Provider } from './protocol.ts';
import type { Load } from './sessions.ts';

const AUTO: Partial<Record<NodeJS.Platform, Provider[]>> = {
  linux: ['cuda', 'webgpu', 'cpu'],
  win32: ['dml', 'webgpu', 'cpu'],
  darwin: ['coreml', 'webgpu', 'cpu'],
};

/** What to try, best first. A device that was asked for by name has no second. */
export function providersFor(device: Device, platform: NodeJS.Platform): Provider[] {
  return device === 'auto' ? (AUTO[platform] ?? ['cpu']) : [device];
}

/** Share of pixels that have to get the same label as on the CPU. Rounding alone flips a few where two classes tie. */
const AGREEMENT = 0.995;

/** `labels`: those of one picture as a provider gives them; null: there is no such picture. Returns why not; null: it can be trusted. */
export async function mistrust(
  provider: Provider,
  labels: (provider: Provider) => Promise<Uint8Array | null>,
): Promise<Finding | null> {
  const [reference, found] = [await labels('cpu'), await labels(provider)];
  if (!reference || !found) return null;
  let same = 0;
  for (let i = 0; i < reference.length; i++) if (reference[i] === found[i]) same++;
  const share = same / reference.length;
  if (share >= AGREEMENT) return null;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const problem = `Expected the labels of the CPU for at least ${percent(AGREEMENT)} of the pixels, found ${percent(share)}.`;
  return { file: provider, problem };
}

/** Loads and runs the smallest network there is; rejects where the provider does not work here. */
export async function tryProvider(provider: Provider, load: Load): Promise<void> {
  const graph = new GraphBuilder(13);
  graph.add('Relu', ['x'], {}, 'y');
  const value = (name: string) =>
    makeValueInfo({
      name,
      type: { tensorType: { elemType: ElementType.float32, shape: { dim: [{ dimValue: 2n }] } } },
    });
  const model = makeModel({
    irVersion: 7n,
    opsetImport: [{ domain: '', version: 13n }],
    graph: { name: 'trial', node: graph.nodes, input: [value('x')], output: [value('y')] },
  });
  const session = await load(encodeModel(model), provider);
  const { y } = await session.run({ x: { type: 'float32', data: Float32Array.of(-1, 2), dims: [2] } });
  await session.release();
  if (y.data[0] !== 0 || y.data[1] !== 2) throw new Error(`${provider} computes wrongly`);
}

/** The first provider that works and can be trusted; throws Error, one sentence, where none does. */
export async function chooseProvider(
  providers: readonly Provider[],
  load: Load,
  labels: (provider: Provider) => Promise<Uint8Array | null>,
  trying: (provider: Provider) => void,
): Promise<{ provider: Provider; findings: Finding[] }> {
  const findings: Finding[] = [];
  const problems: string[] = [];
  for (const provider of providers) {
    trying(provider);
    try {
      await tryProvider(provider, load);
      const doubt = provider === 'cpu' ? null : await mistrust(provider, labels);
      if (!doubt) return { provider, findings };
      findings.push(doubt);
      problems.push(`${provider}: ${doubt.problem}`);
    } catch (error) {
      problems.push(`${provider}: ${messageOf(error).split('\n')[0].trim()}`);
    }
  }
  throw new Error(`Expected a device that runs the models, found none. ${problems.join(' ')}`);
}
