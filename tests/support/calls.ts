import WebSocket from 'ws';
import type { Api, ApiError, Method, Params, Reply, StudioEvent } from '../../common/api.ts';
import type { Serving } from './program.ts';

type Message = { id: number | null; result?: unknown; error?: ApiError } | { event: StudioEvent };

interface Waiting {
  done: (message: { result?: unknown; error?: ApiError }) => void;
  failed: (error: Error) => void;
}

/** A window without a page: speaks to a running server as the page does. */
export interface Window {
  call<M extends Method>(method: M, params: Params<M>): Promise<Reply<M>>;
  /** Sends a text as it is; resolves to the answer whose id is `id`. */
  send(text: string, id: number | null): Promise<{ result?: unknown; error?: ApiError }>;
  events: StudioEvent[];
  close(): void;
}

export async function openWindow({ origin, token }: Pick<Serving, 'origin' | 'token'>): Promise<Window> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc?token=${token}`, { origin });
  const waiting = new Map<number | null, Waiting>();
  const events: StudioEvent[] = [];
  let last = 0;

  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as Message;
    if ('event' in message) events.push(message.event);
    else waiting.get(message.id)?.done(message);
  });
  socket.on('close', () => waiting.forEach(({ failed }) => failed(new Error('The connection closed.'))));
  await new Promise((opened, failed) => socket.on('open', opened).on('error', failed));

  const send: Window['send'] = (text, id) =>
    new Promise((done, failed) => {
      waiting.set(id, { done, failed });
      socket.send(text);
    });

  return {
    async call<M extends keyof Api>(method: M, params: Params<M>) {
      const id = ++last;
      const { result, error } = await send(JSON.stringify({ id, method, params }), id);
      if (error) throw Object.assign(new Error(error.message), { code: error.code });
      return result as Reply<M>;
    },
    send,
    events,
    close: () => socket.close(),
  };
}
