import { messageOf } from '../errors.ts';
import { giveBack } from './memory.ts';
import type { Answer, Call } from './runtime.ts';
import type { Load, Session } from './sessions.ts';

/** The inference process's side of runtime.ts: answers calls one after the other. */
export function answerCalls(load: Load, tell: (answer: Answer) => void): (call: Call) => void {
  const sessions = new Map<number, Session>();
  const at = (id: number): Session => {
    const session = sessions.get(id);
    if (!session) throw new Error(`Expected a loaded graph, found none by the number ${id}.`);
    return session;
  };

  async function answer(call: Call): Promise<void> {
    const head = { type: 'answer', call: call.call } as const;
    if (call.type === 'load') {
      const session = await load(call.graph, call.provider);
      sessions.set(call.call, session);
      tell({ ...head, loaded: { session: call.call, shapes: session.shapes } });
    } else if (call.type === 'run') {
      const made = await at(call.session).run(call.feeds);
      const tensors = Object.entries(made).map(([name, { type, data, dims }]) => [name, { type, data, dims }] as const);
      tell({ ...head, tensors: Object.fromEntries(tensors) });
      for (const [, { data }] of tensors) giveBack(data);
    } else {
      await at(call.session).release();
      sessions.delete(call.session);
      tell({ ...head, released: true });
    }
  }

  let last = Promise.resolve();
  return (call) => {
    last = last
      .then(() => answer(call))
      .catch((error: unknown) => tell({ type: 'answer', call: call.call, problem: messageOf(error) }));
  };
}
