import { fork, type ChildProcess } from 'node:child_process';
import { Cancelled } from '../errors.ts';
import type { Provider } from './protocol.ts';
import type { Load, Session, Tensor } from './sessions.ts';

/** What an inference process can be asked for by one that does not want to be blocked by it. */
export type Call =
  | { type: 'load'; call: number; graph: Uint8Array; provider: Provider }
  | { type: 'run'; call: number; session: number; feeds: Record<string, Tensor> }
  | { type: 'release'; call: number; session: number };

export type Answer = { type: 'answer'; call: number } & (
  | { loaded: { session: number; shapes: Session['shapes'] } }
  | { tensors: Record<string, Tensor> }
  | { released: true }
  | { problem: string }
);

/** An inference process that loads and runs graphs for this one, which goes on meanwhile. */
export interface Runtime {
  load: Load;
  /** Ends the process, also in the middle of a run. */
  close(): Promise<void>;
}

/** `workerFile`: worker.ts, or what it was built to. Once the signal fires, everything under way rejects with Cancelled. */
export function startRuntime(workerFile: string, signal?: AbortSignal): Runtime {
  const child = fork(workerFile, [], {
    serialization: 'advanced',
    execArgv: ['--single-threaded-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let errors = '';
  let end: Error | null = null;
  const give = (reason: Error) => {
    end ??= reason;
    for (const { reject } of waiting.values()) reject(end);
    waiting.clear();
  };
  const cancel = () => {
    give(new Cancelled());
    child.kill('SIGKILL');
  };
  const closed = new Promise<void>((done) =>
    child.once('close', () => {
      signal?.removeEventListener('abort', cancel);
      give(new Error(`Expected an inference process that keeps running, found that it ended. ${errors.trim()}`.trim()));
      done();
    }),
  );
  child.stderr?.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-2000)));
  child.on('error', (error) => (errors += error.message));
  child.on('message', (answer: Answer) => {
    const call = waiting.get(answer.call);
    waiting.delete(answer.call);
    if ('problem' in answer) call?.reject(new Error(answer.problem));
    else call?.resolve(answer);
  });
  if (signal?.aborted) cancel();
  else signal?.addEventListener('abort', cancel, { once: true });

  const ask = (call: number, message: Call) =>
    new Promise<Answer>((resolve, reject) => {
      if (end) return reject(end);
      waiting.set(call, { resolve, reject });
      send(child, message);
    });
  return {
    load: async (graph, provider) => remote(await ask(++calls, { type: 'load', call: calls, graph, provider })),
    async close() {
      child.kill('SIGKILL');
      await closed;
    },
  };

  function remote(answer: Answer): Session {
    if (!('loaded' in answer)) throw new Error('Expected a session.');
    const { session, shapes } = answer.loaded;
    return {
      shapes,
      async run(feeds) {
        const made = await ask(++calls, { type: 'run', call: calls, session, feeds });
        if (!('tensors' in made)) throw new Error('Expected tensors.');
        return Object.fromEntries(Object.entries(made.tensors).map(([name, tensor]) => [name, owned(tensor)]));
      },
      async release() {
        if (!end) await ask(++calls, { type: 'release', call: calls, session });
      },
    };
  }
}

/** What comes through the channel lies in its buffer beside other things, so it could not be given back by itself. */
const owned = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() });

const send = (child: ChildProcess, message: Call) => {
  if (child.connected) child.send(message, () => undefined);
};

/** `count` inference processes for as long as `work` takes. */
export async function withRuntimes<T>(
  workerFile: string,
  count: number,
  signal: AbortSignal | undefined,
  work: (runtimes: Runtime[]) => Promise<T>,
): Promise<T> {
  const runtimes = Array.from({ length: count }, () => startRuntime(workerFile, signal));
  try {
    return await work(runtimes);
  } finally {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
  }
}
