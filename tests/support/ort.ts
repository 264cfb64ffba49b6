import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Load, Tensor } from '../../main/engine/inference/sessions.ts';

/** Loads graphs into the process of the test. */
export const load: Load = async (graph) => {
  const session = await InferenceSession.create(graph, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  return {
    shapes: session.outputMetadata.map((output) => (output.isTensor ? output.shape : [])),
    async run(feeds) {
      const inputs = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        new OrtTensor(type, data as never, dims),
      ]);
      return (await session.run(Object.fromEntries(inputs) as InferenceSession.FeedsType)) as unknown as Record<
        string,
        Tensor
      >;
    },
    release: () => session.release(),
  };
};

/** Runs a model as it is on float32 [1, 3, height, width]. */
export async function runBare(
  model: Uint8Array,
  picture: Float32Array,
  width: number,
  height: number,
): Promise<Tensor> {
  const session = await load(model, 'cpu');
  const dims = [1, picture.length / width / height, height, width];
  const { output } = await session.run({ input: { type: 'float32', data: picture, dims } });
  await session.release();
  return output;
}
