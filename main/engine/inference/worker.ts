import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { FromWorker, ToWorker } from './protocol.ts';
import { answerCalls } from './runtime-process.ts';
import type { Answer, Call } from './runtime.ts';
import type { Load, Session, Tensor } from './sessions.ts';
import { startWork, type Work } from './work.ts';

/**
 * One inference process. Running a model blocks its thread, and ending a thread while a model runs would end the whole
 * program; so models run here, where being killed harms nobody.
 */

const tell = (message: FromWorker | Answer) => {
  if (process.connected) process.send?.(message);
};

/** One thread a session: several sessions side by side use the cores better than several threads in one. */
const load: Load = async (graph, provider) => {
  const session = await InferenceSession.create(graph, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // A plan of the memory for all values at once is no faster than taking it value by value from what the session holds,
    // and holds a third more.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    shapes: session.outputMetadata.map((output) => (output.isTensor ? output.shape : [])),
    run: async (feeds) => (await session.run(toOrt(feeds))) as unknown as Record<string, Tensor>,
    release: () => session.release(),
  } satisfies Session;
};

const toOrt = (tensors: Record<string, Tensor>) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tensor instanceof OrtTensor ? tensor : new OrtTensor(tensor.type, tensor.data as never, tensor.dims),
    ]),
  );

let work: Work | null = null;

const answer = answerCalls(load, tell);

process.on('message', (message: ToWorker | Call) => {
  if (message.type === 'plan') work = startWork(message.plan, load, tell);
  else if (message.type === 'task') work?.add(message.task);
  else answer(message);
});

// Nobody is left to work for. A plain exit would tear down sessions that may be running.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
