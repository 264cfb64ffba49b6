import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { listen } from './device/listen.ts';
import type { LoadProfiled } from './device/profile.ts';
import type { Load, Session, Tensor } from './sessions.ts';

/**
 * One inference process. Running a model blocks its thread, and ending a thread while a model runs would end the whole
 * program; so models run here, where being killed harms nobody.
 */

/** One thread a session: several sessions side by side use the cores better than several threads in one. */
const OPTIONS: InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // A plan of the memory for all values at once is no faster than taking it value by value from what the session holds,
  // and holds a third more.
  enableMemPattern: false,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

const load: Load = async (graph, provider) =>
  toSession(await InferenceSession.create(graph, { ...OPTIONS, executionProviders: [provider] }));

const loadProfiled: LoadProfiled = async (graph, provider, profileFilePrefix) => {
  const how = { ...OPTIONS, executionProviders: [provider], enableProfiling: true, profileFilePrefix };
  const session = await InferenceSession.create(graph, how);
  return { ...toSession(session), finish: () => session.endProfiling() };
};

const toSession = (session: InferenceSession): Session => ({
  shapes: session.outputMetadata.map((output) => (output.isTensor ? output.shape : [])),
  run: async (feeds) => (await session.run(toOrt(feeds))) as unknown as Record<string, Tensor>,
  release: () => session.release(),
});

const toOrt = (tensors: Record<string, Tensor>) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tensor instanceof OrtTensor ? tensor : new OrtTensor(tensor.type, tensor.data as never, tensor.dims),
    ]),
  );

listen(load, loadProfiled);
