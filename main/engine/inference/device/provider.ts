import type { Device } from '../../../../common/scan.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { ElementType } from '../../onnx/model.ts';
import { encodeModel, makeModel, makeValueInfo } from '../../onnx/proto.ts';
import type { Provider } from '../protocol.ts';
import type { Load } from '../sessions.ts';

const AUTO: Partial<Record<NodeJS.Platform, Provider[]>> = {
  linux: ['cuda', 'webgpu', 'cpu'],
  win32: ['dml', 'webgpu', 'cpu'],
  darwin: ['coreml', 'webgpu', 'cpu'],
};

/** What to choose from. A device that was asked for by name is not chosen, only checked. */
export function providersFor(device: Device, platform: NodeJS.Platform): Provider[] {
  return device === 'auto' ? (AUTO[platform] ?? ['cpu']) : [device];
}

/** Share of pixels that have to get the same label as on the CPU. Rounding alone flips a few where two classes tie. */
const AGREEMENT = 0.995;

/** Why labels of the check picture cannot be trusted, one sentence; null: they can. `reference`: those of the CPU. */
export function doubt(found: Uint8Array, reference: Uint8Array): string | null {
  let same = 0;
  for (let i = 0; i < reference.length; i++) if (reference[i] === found[i]) same++;
  const share = same / reference.length;
  if (share >= AGREEMENT) return null;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return `Expected the labels of the CPU for at least ${percent(AGREEMENT)} of the pixels, found ${percent(share)}.`;
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
