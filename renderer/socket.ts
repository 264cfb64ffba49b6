import type { ApiError, Method, Params, Reply, StudioEvent } from '../common/api.ts';
import type { Host } from '../common/host.ts';

/** The engine answered with an error; `message` is a sentence for a person. */
export class CallError extends Error {
  readonly code: ApiError['code'];

  constructor({ message, code }: ApiError) {
    super(message);
    this.name = 'CallError';
    this.code = code;
  }
}

/** The connection went away before an answer came. What was asked for may or may not have happened. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
}

/** What is needed of a WebSocket; tests bring their own. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'readyState' | 'addEventListener'>;

type Message = { id: number; result: unknown } | { id: number; error: ApiError } | { event: StudioEvent };

interface Pending {
  method: Method;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

const OPEN = 1;
const FIRST_RETRY = 250;
const LAST_RETRY = 5000;

/**
 * A host over a WebSocket that `open` makes. Reconnects for ever, waiting 0.25 s after the first
 * loss and twice as long each time up to 5 s. Calls made before the first connection wait for it; later calls fail at
 * once while the connection is down, because the person should see that now and not in a minute.
 */
export function connect(open: () => Socket, assets: string): Host {
  const pending = new Map<number, Pending>();
  const waiting: string[] = [];
  const listeners = new Set<(event: StudioEvent) => void>();
  const watchers = new Set<(connected: boolean) => void>();
  let socket: Socket;
  let lastId = 0;
  let retry = FIRST_RETRY;
  let connected: boolean | null = null;

  const tell = (now: boolean) => {
    if (connected === now) return;
    connected = now;
    for (const watcher of watchers) watcher(now);
  };

  const opened = () => {
    retry = FIRST_RETRY;
    for (const text of waiting.splice(0)) socket.send(text);
    tell(true);
  };

  const closed = () => {
    for (const { method, reject } of pending.values())
      reject(new ConnectionLost(`The connection to Winnow closed before \`${method}\` was answered.`));
    pending.clear();
    waiting.length = 0;
    tell(false);
    setTimeout(start, retry);
    retry = Math.min(2 * retry, LAST_RETRY);
  };

  const received = (text: string) => {
    const message = JSON.parse(text) as Message;
    if ('event' in message) {
      for (const listener of listeners) listener(message.event);
      return;
    }
    const asked = pending.get(message.id);
    pending.delete(message.id);
    if ('error' in message) asked?.reject(new CallError(message.error));
    else asked?.resolve(message.result);
  };

  function start() {
    socket = open();
    socket.addEventListener('open', opened);
    socket.addEventListener('close', closed);
    socket.addEventListener('message', (event) => received(String(event.data)));
  }
  start();

  return {
    assets,
    call<M extends Method>(method: M, params: Params<M>): Promise<Reply<M>> {
      return new Promise<unknown>((resolve, reject) => {
        if (connected === false) {
          reject(new ConnectionLost('The connection to Winnow is down; it is being tried again.'));
          return;
        }
        const id = ++lastId;
        pending.set(id, { method, resolve, reject });
        const text = JSON.stringify({ id, method, params });
        if (socket.readyState === OPEN) socket.send(text);
        else waiting.push(text);
      }) as Promise<Reply<M>>;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watchConnection(watcher) {
      watchers.add(watcher);
      if (connected !== null) watcher(connected);
      return () => watchers.delete(watcher);
    },
  };
}
